import { appendFileSync, mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { digestText } from "../../journal/digest.ts";
import { checkMac, type Key, type MacState } from "../../journal/line.ts";
import { readSeals } from "../../journal/seals.ts";
import type { PlacedRecord, Stamp } from "../../plan/record.ts";
import { omit } from "../../plan/omit.ts";
import { refuse, type Refusal } from "../../plan/refusal.ts";
import type { Reviews } from "../../plan/reviews.ts";
import type { Criterion } from "../../plan/criteria.ts";
import { decidingEvidence, isObservedPass, lastEvidence, standingOf, type Trees } from "../../plan/checks.ts";
import type { Check, Doubt } from "../../plan/check-state.ts";
import type { PlanState, Task } from "../../plan/state.ts";
import { trustedAmong } from "./trust-seals.ts";
import type { Workspace } from "../workspace.ts";

/** A record that does not count as it stands, by a digest of its text: a person's trust is in that text. */
export interface Doubted {
  readonly doubt: Doubt;
  readonly digest: string;
}

type Doubts = ReadonlyMap<Stamp, Doubted>;

const doubtOf = (seal: MacState): Doubt => (seal === "unknown-key" ? "elsewhere" : "unverified");
const digestOf = (raw: string): string => digestText(`record ${raw}`);

/**
 * Which of some records of a plan do not count here: they are gone, changed, or were never Holdfast's, or they were
 * signed elsewhere and no person has trusted them. Read from the journal itself, to be asked where trust is spent. Where
 * no key can be had nothing can be told.
 */
export function findDoubts(workspace: Workspace, dir: string, stamps: readonly Stamp[]): Doubts {
  const key = workspace.key();
  if (key === undefined || stamps.length === 0) return new Map();
  const seals = readSeals({ dir, key }, stamps);
  const doubts = new Map<Stamp, Doubted>();
  for (const stamp of stamps) {
    const sealed = seals.get(stamp);
    if (sealed === undefined) doubts.set(stamp, { doubt: "unverified", digest: "" });
    else if (sealed.seal !== "ok") doubts.set(stamp, { doubt: doubtOf(sealed.seal), digest: digestOf(sealed.raw) });
  }
  return withoutTrusted(workspace, doubts);
}

/** What proves a check: its last run, and the record that gave it its form. */
export function doubtOfCheck(check: Check, doubts: Doubts): Doubt | undefined {
  // A check that was written elsewhere does not run before somebody has trusted it.
  if (doubts.get(check.stamp)?.doubt === "unverified") return "unverified";
  const found = decidingEvidence(check).flatMap(({ stamp }) => doubts.get(stamp)?.doubt ?? []);
  return found.includes("unverified") ? "unverified" : found[0];
}

export const stampsOfChecks = (checks: readonly Check[]): readonly Stamp[] =>
  checks.flatMap((check) => {
    const told = check.observed === undefined ? [] : [check.observed.stamp];
    return [check.stamp, ...decidingEvidence(check).map(({ stamp }) => stamp), ...told];
  });

/** What is in doubt of a pass that a host told of, where that pass is all there is. */
export function doubtOfObserved(check: Check, doubts: Doubts, trees: Trees): Doubt | undefined {
  if (check.observed === undefined || standingOf(check, trees) === "passed") return undefined;
  return isObservedPass(check, trees) ? doubts.get(check.observed.stamp)?.doubt : undefined;
}

/** Why a plan cannot be called done: what some of its tasks rest on was not written by Holdfast. */
export function whyUnverified(workspace: Workspace, dir: string, state: PlanState): Refusal | undefined {
  const done = [...state.tasks.values()].filter(({ status }) => status === "done");
  const stamps = done.flatMap(({ stamps: { status } }) => status ?? []);
  const doubts = findDoubts(workspace, dir, [...stamps, ...stampsOfChecks(state.checks)]);
  const unverified = [...showDoubts(state, doubts).tasks.values()].filter(({ proof }) => proof === "unverified");
  if (unverified.length === 0) return undefined;
  const names = unverified.map(({ id }) => id).join(", ");
  return refuse(
    "gate-closed",
    `unverified: what the journal says of ${names} was not written by Holdfast as it stands`,
    {
      hint: "holdfast journal verify names the lines; holdfast verify runs the checks again",
    },
  );
}

/** A person's trust goes for what was signed elsewhere, never for what nobody signed. */
function withoutTrusted(workspace: Workspace, doubts: Doubts): Doubts {
  const elsewhere = [...doubts.values()].filter(({ doubt }) => doubt === "elsewhere").map(({ digest }) => digest);
  const trusted = elsewhere.length === 0 ? new Set() : trustedAmong(workspace, elsewhere);
  if (trusted.size === 0) return doubts;
  return new Map([...doubts].filter(([, { doubt, digest }]) => doubt !== "elsewhere" || !trusted.has(digest)));
}

/** Records of these kinds let something through, so each is looked at as it is folded. */
const SPENT = /^(?:evidence|check|review|finding|waiver|confidence|acceptance|plan)\.|^task\.(?:implemented|done)$/;

/**
 * What was found in doubt as it was folded, for whoever only shows a plan: kept beside the journal, a line a record. It
 * opens nothing, so nothing is won by changing it.
 */
export class DoubtNotes {
  readonly #file: string;
  readonly #key: Key | undefined;
  #found: Map<Stamp, Doubted> | undefined;

  constructor(file: string, key: Key | undefined) {
    this.#file = file;
    this.#key = key;
  }

  /** To be called with every record that is folded. */
  inspect(record: PlacedRecord, raw: string): void {
    if (this.#key === undefined || !record.events.some(({ type }) => SPENT.test(type))) return;
    const seal = checkMac(raw, record, this.#key);
    if (seal === "ok") return;
    const stamp = `${record.clone}:${record.ordinal}` as Stamp;
    const found = this.#all();
    if (found.has(stamp)) return;
    const doubted = { doubt: doubtOf(seal), digest: digestOf(raw) };
    found.set(stamp, doubted);
    try {
      mkdirSync(dirname(this.#file), { recursive: true });
      appendFileSync(this.#file, `${stamp} ${doubted.doubt} ${doubted.digest}\n`);
    } catch {
      // Then it is found again by the next that folds it.
    }
  }

  /** Those that no person has trusted meanwhile. */
  known(workspace: Workspace): Doubts {
    const found = this.#all();
    return found.size === 0 ? found : withoutTrusted(workspace, found);
  }

  #all(): Map<Stamp, Doubted> {
    if (this.#found !== undefined) return this.#found;
    const found = new Map<Stamp, Doubted>();
    this.#found = found;
    let text = "";
    try {
      text = readFileSync(this.#file, "utf8");
    } catch {
      // Nothing is in doubt.
    }
    for (const [, stamp = "", doubt = "", digest = ""] of text.matchAll(/^(\S+) (unverified|elsewhere) (\S*)$/gm)) {
      found.set(stamp as Stamp, { doubt: doubt as Doubt, digest });
    }
    return found;
  }
}

/** A plan as it is shown: what is in doubt says so. Never what is decided on. */
export function showDoubts(state: PlanState, doubts: Doubts): PlanState {
  if (doubts.size === 0) return state;
  const forged = (stamp: Stamp | undefined): boolean =>
    stamp !== undefined && doubts.get(stamp)?.doubt === "unverified";
  const checks = state.checks.map((check): Check => {
    const doubt = doubtOfCheck(check, doubts);
    const isForged = check.observed !== undefined && forged(check.observed.stamp);
    const told = isForged ? omit(check, "observed") : check;
    if (doubt === undefined) return told;
    const deciding = new Set(decidingEvidence(check));
    return { ...told, evidence: check.evidence.map((one) => (deciding.has(one) ? { ...one, doubt } : one)) };
  });
  const isUnproven = (task: Task): boolean =>
    task.status === "done" &&
    (forged(task.stamps["status"]) ||
      checks.some(
        ({ tasks, evidence }) => tasks.includes(task.uid) && lastEvidence({ evidence })?.doubt === "unverified",
      ));
  const tasks = new Map(state.tasks);
  for (const [uid, task] of tasks) if (isUnproven(task)) tasks.set(uid, { ...task, proof: "unverified" });
  for (const [uid, task] of tasks) {
    if (task.reviews !== undefined) tasks.set(uid, { ...task, reviews: withDoubts(task.reviews, doubts) });
  }
  const reviews = state.reviews === undefined ? {} : { reviews: withDoubts(state.reviews, doubts) };
  const plan = state.status === "done" && forged(state.stamps["status"]) ? { proof: "unverified" as const } : {};
  const criteria = state.criteria.map((criterion): Criterion => {
    const doubt = criterion.signedOff === undefined ? undefined : doubts.get(criterion.signedOff.stamp)?.doubt;
    return doubt === undefined ? criterion : { ...criterion, signedOff: { ...criterion.signedOff!, doubt } };
  });
  return { ...state, ...plan, ...reviews, checks, criteria, tasks };
}

/** Reviews by which something passes, and what settled review findings, where that is in doubt. */
function withDoubts(reviews: Reviews, doubts: Doubts): Reviews {
  const doubtIn = (stamp: Stamp | undefined): { readonly doubt?: Doubt } => {
    const doubt = stamp === undefined ? undefined : doubts.get(stamp)?.doubt;
    return doubt === undefined ? {} : { doubt };
  };
  return {
    ...reviews,
    rounds: reviews.rounds.map((round) => ({ ...round, ...doubtIn(round.stamp) })),
    findings: reviews.findings.map((finding) =>
      finding.status === "open" ? finding : { ...finding, ...doubtIn(finding.assessments.at(-1)?.stamp) },
    ),
  };
}
