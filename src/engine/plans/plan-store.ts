import { existsSync, lstatSync } from "node:fs";
import { mintRecordId } from "../../journal/ids.ts";
import { openJournal, refuseNewer, type Journal } from "../../journal/journal.ts";
import type { JournalProblem } from "../../journal/problem.ts";
import type { PlanCommand } from "../../plan/commands.ts";
import { decide, type RecordHeader } from "../../plan/decide/decide.ts";
import { planReducer } from "../../plan/evolve/evolve.ts";
import type { PlanEvent } from "../../plan/events.ts";
import type { Author, CloneId, PlacedRecord } from "../../plan/record.ts";
import { ok, refuse, refused, type Refusal, type Result } from "../../plan/refusal.ts";
import type { PlanState, Spill } from "../../plan/state.ts";
import { isSelectable } from "../../workspace/resolve-plan.ts";
import { turnOnGuard } from "../hooks/guard-mark.ts";
import { planLayout, type PlanLayout } from "../layout.ts";
import { project, type ProjectionReport } from "./projection.ts";
import { sayReopened, standingOf } from "./reopened.ts";
import { DoubtNotes, showDoubts } from "../proof/record-doubts.ts";
import type { Workspace } from "../workspace.ts";

/** What a command came to. */
export interface Done {
  /** Absent where there was nothing to write. */
  readonly record?: PlacedRecord;
  readonly advice: readonly string[];
  /** The plan afterwards. */
  readonly state: PlanState;
}

/** One plan, open: its state, and the way to change it. */
export class PlanStore {
  readonly layout: PlanLayout;
  readonly workspace: Workspace;
  readonly #journal: Journal<PlanState, Spill>;
  readonly #clone: CloneId;
  readonly #doubts: DoubtNotes;
  readonly #isReading: boolean;
  #spills: Spill[] = [];
  #shown: { readonly of: PlanState; readonly state: PlanState } | undefined;

  private constructor(
    workspace: Workspace,
    layout: PlanLayout,
    journal: Journal<PlanState, Spill>,
    { clone, doubts, isReading }: { clone: CloneId; doubts: DoubtNotes; isReading: boolean },
  ) {
    this.#clone = clone;
    this.#doubts = doubts;
    this.#isReading = isReading;
    this.workspace = workspace;
    this.layout = layout;
    this.#journal = journal;
  }

  /**
   * Opens the journal of a plan and folds it, published records of other clones included. With `isReplay` no snapshot
   * is trusted: everything is folded from the beginning, and all that ever left the state is written again. With
   * `isReading` the state is as it is shown.
   */
  static open(workspace: Workspace, slug: string, { isReplay = false, isReading = false } = {}): Result<PlanStore> {
    const identity = workspace.identity();
    if (!identity.ok) return identity;
    const layout = planLayout(workspace.layout, slug);
    const strange = [layout.folder, layout.journal].find(isNoFolder);
    if (strange !== undefined) {
      return refused("not-a-folder", `${strange} is a link or a file, where a folder of Holdfast's belongs`, {
        hint: "Move it elsewhere; what was recorded comes back from Git's folder.",
        place: strange,
      });
    }
    const key = workspace.key();
    const doubts = new DoubtNotes(layout.doubts, key);
    const journal = openJournal({
      clone: identity.value.id,
      dir: layout.journal,
      ...(layout.second === undefined ? {} : { second: layout.second }),
      // A branch may bring a link under that name; what it leads to is nobody's published record.
      ...(isNoFolder(layout.published) ? {} : { published: layout.published }),
      snapshot: layout.state,
      previous: layout.previous,
      receipt: layout.receipt,
      ...(key === undefined ? {} : { key }),
      inspect: (record, raw) => doubts.inspect(record, raw),
      reducer: isReplay ? { ...planReducer, restore: () => undefined } : planReducer,
    });
    if (!journal.ok) return journal;
    const store = new PlanStore(workspace, layout, journal.value, { clone: identity.value.id, doubts, isReading });
    const refreshed = store.refresh();
    return refreshed.ok ? ok(store) : refreshed;
  }

  get slug(): string {
    return this.layout.slug;
  }

  get state(): PlanState {
    return this.#isReading ? this.shown : this.#journal.state;
  }

  /** The state as people and models are to see it: with what is in doubt. */
  get shown(): PlanState {
    const { state } = this.#journal;
    if (this.#shown?.of !== state || this.#shown.state.revision !== state.revision) {
      this.#shown = { of: state, state: showDoubts(state, this.#doubts.known(this.workspace)) };
    }
    return this.#shown.state;
  }

  get problems(): readonly JournalProblem[] {
    return this.#journal.problems;
  }

  /** Refuses to write for a program that does not understand all of the journal; what it knows may be long past. */
  get tooOld(): Refusal | undefined {
    const { newerFormat } = this.#journal;
    return newerFormat === undefined ? undefined : refuseNewer(newerFormat, this.layout.journal);
  }

  /** Says that the files made from the journal know more than it does: whatever is written over them is gone. */
  get lost(): Refusal | undefined {
    const isLost = this.#journal.state.status === "none" || this.#losses().length > 0;
    return isLost ? refuseLost(this.slug) : undefined;
  }

  #losses(): readonly JournalProblem[] {
    return this.problems.filter(({ reason }) => reason === "journal-shrunk");
  }

  get journal(): Journal<PlanState, Spill> {
    return this.#journal;
  }

  /** Folds what others wrote since. */
  refresh(): Result<void> {
    const folded = this.#journal.refresh();
    if (!folded.ok) return folded;
    this.#spills.push(...folded.value.spills);
    return ok(undefined);
  }

  /**
   * Decides, appends, folds and answers; files for people are written by `project`, once a command has written all
   * that it wants to.
   */
  run(command: PlanCommand, by: Author): Result<Done> {
    let done = this.#runOnce(command, by);
    for (let again = 0; again < ID_RETRIES && lostItsIds(command, done); again += 1) done = this.#runOnce(command, by);
    return done;
  }

  #runOnce(command: PlanCommand, by: Author): Result<Done> {
    const header = this.header(by);
    const decision = decide(this.state, command, header);
    if ("refusal" in decision) return { ok: false, refusal: decision.refusal };
    const { events, advice: said } = decision;
    const advice = said === undefined ? [] : [said];
    if (events.length === 0) return ok({ advice, state: this.state });
    const before = standingOf(this.state);
    const written = this.append(header, events);
    if (!written.ok) return written;
    const more = command.type === "reopen-plan" ? [] : sayReopened(before, this.state);
    return ok({ advice: [...advice, ...more], record: written.value, state: this.state });
  }

  /** Appends the events of one record as they are. */
  append(header: Pick<RecordHeader, "id" | "at" | "by">, events: readonly PlanEvent[]): Result<PlacedRecord> {
    const created = this.#journal.create();
    if (!created.ok) return created;
    const { id, at, by } = header;
    let answer = this.#journal.append({ id, at, by, events });
    for (let again = 0; again < 2 && !answer.ok && answer.refusal.reason === "outcome-unknown"; again += 1) {
      answer = this.#journal.append({ id, at, by, events });
    }
    if (!answer.ok) return answer;
    this.#spills.push(...answer.value.spills);
    if (answer.value.status === "refused") return { ok: false, refusal: lostRace(answer.value.refusal) };
    return ok(answer.value.record);
  }

  /** What the next record would be, but for its events: for deciding, and for writing with `append`. */
  header(by: Author): RecordHeader {
    const at = this.workspace.now();
    const { files, last } = this.#journal.cursor();
    const clone = this.#clone;
    const ordinals = Object.entries(files).map(([name, { ordinal }]) => [name, ordinal] as const);
    const time = Math.max(at, (last?.[0] ?? 0) + 1);
    return {
      format: 1,
      id: mintRecordId(at),
      clone,
      at,
      time,
      by,
      seen: Object.fromEntries(ordinals.filter(([name]) => name !== clone)),
      prefix: [0, ""],
      ordinal: (files[clone]?.ordinal ?? 0) + 1,
      effectiveTime: time,
    };
  }

  /** Writes the files that people and other programs read, those that changed; with `isWhole` none is taken on trust. */
  project({ isWhole = false } = {}): Result<ProjectionReport> {
    if (!this.#journal.exists() && !existsSync(this.layout.journal)) {
      return refused("no-such-plan", `there is no plan ${this.slug}`);
    }
    const { tooOld, lost } = this;
    if (tooOld !== undefined) return { ok: false, refusal: tooOld };
    // What another clone wrote comes back from there, and hinders nobody meanwhile.
    const isOwn = this.state.status === "none" || this.#losses().some(({ clone }) => clone === this.#clone);
    if (isOwn && lost !== undefined) return { ok: false, refusal: lost };
    const takeSpills = (): readonly Spill[] => {
      const spills = this.#spills;
      this.#spills = [];
      return spills;
    };
    const projected = project(this, takeSpills, { isWhole });
    if (projected.ok && isSelectable(this.state)) turnOnGuard(this.workspace);
    return projected;
  }

  close(): void {
    this.#journal.close();
  }
}

export const refuseLost = (slug: string): Refusal =>
  refuse("journal-shrunk", `the journal of ${slug} has lost records that its snapshot still knows of`, {
    hint: `holdfast journal rescue --plan ${slug} brings them back; nothing was written`,
  });

/** Each time that somebody was faster, somebody has got on. */
const ID_RETRIES = 50;

/** Whether an id that was chosen for a task, and not given, was taken by a record that came first. */
const lostItsIds = (command: PlanCommand, done: Result<Done>): boolean =>
  command.type === "add-tasks" &&
  command.tasks.some(({ id }) => id === undefined) &&
  !done.ok &&
  done.refusal.reason === "duplicate-id" &&
  done.refusal.cause !== undefined;

/** Whether something stands there that could lead anywhere. */
export const isNoFolder = (path: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === false;

/** Between deciding and the fold somebody else was faster; the fold says who. */
const lostRace = (refusal: Refusal): Refusal => ({
  ...refusal,
  hint: refusal.hint ?? "somebody was faster; look again with holdfast status",
});
