import { availableParallelism } from "node:os";
import { mintRecordId } from "../../journal/ids.ts";
import { isFlaky, standingOf } from "../../plan/checks.ts";
import { findCheck } from "../../plan/decide/find.ts";
import { ok, refuse, type Refusal, type Result } from "../../plan/refusal.ts";
import type { EvidenceInput } from "../../plan/commands.ts";
import type { Check, Evidence } from "../../plan/check-state.ts";
import type { PlanState } from "../../plan/state.ts";
import { batchChecks } from "./check-batches.ts";
import { chooseChecks, type CheckChoice } from "./check-choice.ts";
import { placeCheck, rememberTreeRules, writesIntoTree, type CheckPlace, type RulesReader } from "./check-place.ts";
import { runCheck, type Seen } from "./check-run.ts";
import { lookAt, type Sight } from "./check-sight.ts";
import { whyUntrusted } from "./check-trust.ts";
import { passReadyWave } from "./gate.ts";
import { detectAgent } from "../../workspace/person.ts";
import { performOn } from "../perform.ts";
import type { PlanStore } from "../plans/plan-store.ts";
import { doubtOfCheck, findDoubts, stampsOfChecks } from "./record-doubts.ts";
import type { Workspace } from "../workspace.ts";

export interface ProveRequest extends CheckChoice {
  /** Leaves out those that passed on the tree as it is. */
  readonly onlyStale?: boolean;
  /** How many may run side by side; as many as there are cores where absent. */
  readonly jobs?: number;
  /** How often a check is run again because files changed while it ran; once where absent. */
  readonly retries?: number;
  /** Runs tests at the tree that a task began on too, where nothing is known of them there. */
  readonly withBase?: boolean;
  /** Runs those from other copies of the plan too, which nobody has trusted; where an agent asks, it is refused. */
  readonly withForeign?: boolean;
  /** Ends what runs and begins nothing more. What has ended by then is recorded. */
  readonly stop?: AbortSignal;
}

/** What is heard while checks run, several at once. */
export interface ProveListener {
  readonly onStart?: (check: Check, place: CheckPlace) => void;
  readonly onOutput?: (check: Check, bytes: Uint8Array) => void;
  /** Its tests run once more, on what a task began on. */
  readonly onBase?: (check: Check) => void;
  /** Once for each run that was recorded. */
  readonly onEnd?: (proved: Proved) => void;
  /** It ended without anything to record. */
  readonly onTrouble?: (check: Check) => void;
}

export interface Proved {
  readonly check: Check;
  readonly evidence: Evidence;
  readonly isFlaky: boolean;
  /** What it printed, as a file. */
  readonly log: string;
  /** It is run again, and why. */
  readonly again?: "moved" | "counted";
}

export interface ProveReport {
  readonly slug: string;
  /** The plan afterwards. */
  readonly state: PlanState;
  /** In the order of the plan, each with its last run. */
  readonly proved: readonly Proved[];
  /** Those that passed on the tree as it is, and were left alone. */
  readonly fresh: readonly Check[];
  /** Those of which nothing is known since everything was stopped. */
  readonly stopped: readonly Check[];
  /** Why some could not be run or recorded; the others were all the same. */
  readonly refusal?: Refusal;
}

const DEFAULT_RETRIES = 1;
const BEAT_MS = 60_000;

/** Runs checks, side by side where they may, and records what was seen of each. */
export async function proveChecks(
  workspace: Workspace,
  plan: string | undefined,
  request: ProveRequest,
  listener: ProveListener = {},
): Promise<Result<ProveReport>> {
  const opened = workspace.plan(plan);
  if (!opened.ok) return opened;
  const store = opened.value;
  try {
    const agent = request.withForeign === true ? await detectAgent({ env: workspace.caller.env }) : undefined;
    if (agent !== undefined) return { ok: false, refusal: agent };
    const wanted = chooseChecks(store.state, request);
    if (!wanted.ok) return wanted;
    const proving = new Proving(store, request, listener);
    await proving.run(wanted.value);
    await passReadyWave(store);
    return proving.report(wanted.value);
  } finally {
    store.close();
  }
}

interface Ready {
  readonly check: Check;
  readonly place: CheckPlace;
  readonly writesIntoTree: boolean;
}

/** One go at some checks. What becomes of one of them is kept, whatever becomes of the others. */
class Proving {
  readonly #store: PlanStore;
  readonly #request: ProveRequest;
  readonly #listener: ProveListener;
  readonly #proved = new Map<string, Proved>();
  readonly #fresh = new Set<string>();
  readonly #refusals = new Map<string, Refusal>();

  constructor(store: PlanStore, request: ProveRequest, listener: ProveListener) {
    this.#store = store;
    this.#request = request;
    this.#listener = listener;
  }

  async run(checks: readonly Check[]): Promise<void> {
    const rulesOf = rememberTreeRules();
    const ready = checks.flatMap((check) => this.#prepare(check, rulesOf));
    // A host whose tool this is tells nothing else of its session meanwhile.
    const beat = setInterval(() => this.#store.workspace.beat(), BEAT_MS);
    try {
      for (const batch of batchChecks(ready)) await this.#runBatch(batch);
    } finally {
      clearInterval(beat);
    }
  }

  /** Takes one after the other, as many at a time as there may be. */
  async #runBatch(batch: readonly Ready[]): Promise<void> {
    const jobs = Math.max(1, this.#request.jobs ?? availableParallelism());
    const queue = batch[Symbol.iterator]();
    const workers = Array.from({ length: Math.min(jobs, batch.length) }, async () => {
      for (const one of queue) {
        const done = await this.#prove(one);
        if (!done.ok) this.#refusals.set(one.check.id, done.refusal);
      }
    });
    const ended = await Promise.allSettled(workers);
    for (const end of ended) if (end.status === "rejected") throw end.reason;
  }

  /** In the order in which the checks were asked for. */
  report(checks: readonly Check[]): Result<ProveReport> {
    const { slug, state } = this.#store;
    const refusals = checks.flatMap(({ id }) => this.#refusals.get(id) ?? []);
    const refusal = refusals.length > 1 ? together(refusals) : refusals[0];
    if (refusal !== undefined && refusals.length === checks.length) return { ok: false, refusal };
    const stopped = checks.filter(({ id }) => !this.#proved.has(id) && !this.#fresh.has(id) && !this.#refusals.has(id));
    return ok({
      slug,
      state,
      proved: checks.flatMap(({ id }) => this.#proved.get(id) ?? []),
      fresh: checks.filter(({ id }) => this.#fresh.has(id)),
      stopped,
      ...(refusal === undefined ? {} : { refusal }),
    });
  }

  #prepare(check: Check, rulesOf: RulesReader): readonly Ready[] {
    const { workspace, state } = this.#store;
    const untrusted = this.#request.withForeign === true ? undefined : whyUntrusted(workspace, check);
    const place: Result<CheckPlace> =
      untrusted === undefined ? placeCheck(workspace, state, check, rulesOf) : { ok: false, refusal: untrusted };
    if (!place.ok) {
      this.#refusals.set(check.id, place.refusal);
      return [];
    }
    return [{ check, place: place.value, writesIntoTree: writesIntoTree(place.value) }];
  }

  /** Runs a check until it has shown something, or may not be run again. */
  async #prove({ check, place }: Ready): Promise<Result<void>> {
    const { onlyStale = false, retries = DEFAULT_RETRIES } = this.#request;
    const { runs = 1 } = check;
    const series = runs > 1 ? { series: mintRecordId(this.#store.workspace.now()) } : {};
    // Each that is void costs one of the retries, each other one of the runs.
    for (let left = { moved: retries, counted: runs - 1 }; !this.#isStopped;) {
      const before = await lookAt(place);
      if (!before.ok) return before;
      const isFirst = left.moved === retries && left.counted === runs - 1;
      if (onlyStale && isFirst && this.#isFresh(check, before.value)) {
        this.#fresh.add(check.id);
        break;
      }
      const seen = await this.#runOnce(check, place, before.value);
      if (!seen.ok) return seen;
      if (seen.value === undefined) break;
      const why = seen.value.hasMoved ? "moved" : "counted";
      const again = await this.#record(
        check,
        { ...seen.value.evidence, ...series },
        seen.value.log,
        left[why] > 0 ? why : undefined,
      );
      if (!again.ok) return again;
      if (again.value === undefined) break;
      left = { ...left, [why]: left[why] - 1 };
    }
    return ok(undefined);
  }

  /** Whether it passed on a tree, and Holdfast itself says so. */
  #isFresh(check: Check, { digest }: Sight): boolean {
    if (standingOf(check, { [check.id]: digest }) !== "passed") return false;
    const { workspace, layout } = this.#store;
    return doubtOfCheck(check, findDoubts(workspace, layout.journal, stampsOfChecks([check]))) === undefined;
  }

  get #isStopped(): boolean {
    return this.#request.stop?.aborted === true;
  }

  async #runOnce(check: Check, place: CheckPlace, before: Sight): Promise<Result<Seen | undefined>> {
    const { onStart, onOutput, onBase, onTrouble } = this.#listener;
    const { stop } = this.#request;
    onStart?.(check, place);
    const seen = await runCheck(this.#store, check, place, before, {
      ...(onOutput === undefined ? {} : { onOutput: (bytes) => onOutput(check, bytes) }),
      ...(stop === undefined ? {} : { stop }),
    });
    if (!seen.ok || seen.value === undefined) onTrouble?.(check);
    if (!seen.ok || seen.value === undefined || check.kind !== "test" || seen.value.hasMoved) return seen;
    const { withTests } = await import("./new-tests.ts");
    const evidence = await withTests(this.#store, { check, place, before }, seen.value, {
      isBaseAsked: this.#request.withBase === true,
      ...(onBase === undefined ? {} : { onBase: () => onBase(check) }),
      ...(stop === undefined ? {} : { stop }),
    });
    return ok({ ...seen.value, evidence });
  }

  /** Records a run, and says why it is followed by another: if it may be, and there is a reason to. */
  async #record(
    check: Check,
    evidence: EvidenceInput,
    log: string,
    may: Proved["again"],
  ): Promise<Result<Proved["again"]>> {
    const command = { type: "record-evidence", check: check.id, form: check.stamp, evidence } as const;
    const done = await performOn(this.#store, command);
    if (!done.ok) {
      this.#listener.onTrouble?.(check);
      return done;
    }
    const after = findCheck(done.value.state, check.id);
    const last = "refusal" in after ? undefined : after.found.evidence.at(-1);
    if ("refusal" in after || last === undefined) throw new Error("bug: evidence that was recorded is not there");
    const again = may === "moved" || (may === "counted" && last.isPartial === true) ? may : undefined;
    const told = again === undefined ? {} : { again };
    const proved: Proved = { check: after.found, evidence: last, isFlaky: isFlaky(after.found), log, ...told };
    this.#proved.set(check.id, proved);
    this.#listener.onEnd?.(proved);
    return ok(again);
  }
}

/** Several refusals as one, of the first's kind. */
const together = (details: readonly Refusal[]): Refusal =>
  refuse(details[0]!.reason, `${details.length} checks could not be run`, { details });
