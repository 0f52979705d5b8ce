import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { mintRecordId } from "../../journal/ids.ts";
import { journalFile, listClones } from "../../journal/journal-file.ts";
import { readCopies, readStore } from "../../journal/publish.ts";
import { rescueCopy, rescueJournal, type Rescued } from "../../journal/rescue.ts";
import { verifyJournal, type Finding } from "../../journal/verify.ts";
import type { PlanEvent } from "../../plan/events.ts";
import type { CloneId } from "../../plan/record.ts";
import { ok, refuse, refused, type Refusal, type Result } from "../../plan/refusal.ts";
import { restoreSnapshot, snapshotTask, snapshotWithoutTasks } from "../../plan/snapshot.ts";
import type { PlanState, Task, TaskUid } from "../../plan/state.ts";
import { planLayout, type PlanLayout } from "../layout.ts";
import { PlanStore } from "../plans/plan-store.ts";
import { isUnbegun } from "../plans/unbegun.ts";
import { readMarkdownPlan } from "./rescue-markdown.ts";
import type { Workspace } from "../workspace.ts";

export type RescueSource = "records" | "state" | "markdown";

export interface RescueReport {
  readonly slug: string;
  readonly source: RescueSource;
  readonly records: number;
  readonly tasks: number;
  /** Records had been lost or changed, and may be gone for good: state.json as it was set aside may know what they said. */
  readonly mayLack: boolean;
  /** Files that were in the way, under their new names. Nothing was removed. */
  readonly setAside: readonly string[];
}

/** The largest part of a rescued plan that goes into one record. */
const BATCH_CHARS = 1024 * 1024;

/**
 * Makes a new journal for a plan from the best that is left: its records under either name, else state.json, else
 * the Markdown. What comes from the last two is somebody's word: done is marked as claimed.
 */
export async function rescuePlan(
  workspace: Workspace,
  slug: string,
  wanted: RescueSource | undefined,
): Promise<Result<RescueReport>> {
  const identity = workspace.identity();
  if (!identity.ok) return identity;
  const layout = planLayout(workspace.layout, slug);
  const clone = identity.value.id;
  const held = countRecords(layout, clone);
  const before = inspect(workspace, slug, clone);
  if (before.tooOld !== undefined) return { ok: false, refusal: before.tooOld };
  const copies = wanted === undefined || wanted === "records" ? rescueCopies(workspace, layout, clone) : ok([]);
  if (!copies.ok) return copies;
  const { isSound, isHurt, hasPlan } = copies.value.length === 0 ? before : inspect(workspace, slug, clone);
  // Where this clone has written nothing yet, what others wrote is all that there is to be had.
  if (wanted === undefined && (isSound || (held === 0 && hasPlan))) {
    if (copies.value.length > 0) return reportOn(workspace, slug, "records", false, copies.value);
    return refused("nothing-to-rescue", `the journal of ${slug} is sound`, { hint: "holdfast journal verify" });
  }
  const refusal = await whyNotFrom(workspace, layout, wanted, { clone, held, isHurt, hasPlan });
  if (refusal !== undefined) return { ok: false, refusal };
  const left = whatIsLeft(layout, held, wanted);
  if (left === undefined) {
    return refused("damaged-beyond-rescue", `nothing of ${slug} is left to rescue${wanted ? ` from ${wanted}` : ""}`, {
      hint: isUnbegun(workspace, slug)
        ? `it was never begun: holdfast plan new "<title>" --slug ${slug}`
        : "a clone that has published records, or a backup of the Git folder, may have them",
    });
  }
  const made = makeJournal(workspace, layout, clone, held > 0 && left.source !== "records");
  if (!made.ok) return made;
  const store = PlanStore.open(workspace, slug);
  if (!store.ok) return store;
  try {
    const written = left.state === undefined ? ok(undefined) : await writeState(store.value, left.state, left.source);
    if (!written.ok) return written;
    const projected = store.value.project({ isWhole: true });
    if (!projected.ok) return projected;
  } finally {
    store.value.close();
  }
  const mayLack = left.source === "records" && isHurt;
  return reportOn(workspace, slug, left.source, mayLack, [...copies.value, ...made.value.setAside]);
}

interface Remains {
  readonly clone: CloneId;
  /** How many records this clone has of its own. */
  readonly held: number;
  readonly isHurt: boolean;
  readonly hasPlan: boolean;
}

/** Why the source has to be said, or said otherwise, or by a person: something that is left would be lost with it. */
async function whyNotFrom(
  workspace: Workspace,
  layout: PlanLayout,
  wanted: RescueSource | undefined,
  { clone, held, isHurt, hasPlan }: Remains,
): Promise<Refusal | undefined> {
  const { slug } = layout;
  if (wanted !== undefined && knowsLess(layout, wanted, held > 0 && !isHurt) && !(await workspace.person())) {
    return refuse("needs-a-person", `to take ${wanted} takes a person: what is left of ${slug} knows more`, {
      hint: `holdfast journal rescue --plan ${slug} takes the best that is left; a person runs --from ${wanted} in a terminal`,
    });
  }
  const isOwn = wanted !== "records" && !isShared(layout, clone);
  const isAmongOthers = (held > 0 && !isOwn) || (held === 0 && hasPlan);
  if (isAmongOthers && wanted !== undefined && wanted !== "records") {
    return refuse("shared-records", `other clones have records of ${slug}, which ${wanted} cannot stand beside`, {
      hint: `holdfast journal rescue --plan ${slug} --from records`,
    });
  }
  const isEither =
    wanted === undefined && isOwn && held > 0 && isHurt && whatIsLeft(layout, held, "state") !== undefined;
  if (isEither) {
    const message = `records of ${slug} are gone or changed, and state.json may know what they said`;
    return refuse("needs-a-source", message, {
      hint: "--from state takes all that it knows, done as claimed; --from records takes the records that are left",
    });
  }
  return undefined;
}

/** What the plan has come to. */
function reportOn(
  workspace: Workspace,
  slug: string,
  source: RescueSource,
  mayLack: boolean,
  setAside: readonly string[],
): Result<RescueReport> {
  const identity = workspace.identity();
  if (!identity.ok) return identity;
  const store = PlanStore.open(workspace, slug);
  if (!store.ok) return store;
  const tasks = store.value.state.tasks.size;
  store.value.close();
  const records = countRecords(planLayout(workspace.layout, slug), identity.value.id);
  return ok({ slug, source, records, tasks, mayLack, setAside });
}

/** Makes anew what is held of other clones, where lines of it are no records; gives what was set aside. */
function rescueCopies(workspace: Workspace, layout: PlanLayout, own: CloneId): Result<readonly string[]> {
  const { journal, second, published } = layout;
  const setAside: string[] = [];
  for (const clone of listClones(journal)) {
    if (clone === own || findingsIn(workspace, journal, clone).every(({ reason }) => reason !== "torn-line")) continue;
    const now = workspace.now();
    const made = rescueCopy({ clone, dir: journal, published, ...(second === undefined ? {} : { second }), now });
    if (!made.ok) return made;
    setAside.push(...made.value.setAside);
  }
  return ok(setAside);
}

/** Whether a better source is left. With what the lesser does not know, such as checks, what gates ask for would go. */
function knowsLess(layout: PlanLayout, wanted: RescueSource, areRecordsWhole: boolean): boolean {
  if (wanted === "records") return false;
  return areRecordsWhole || (wanted === "markdown" && whatIsLeft(layout, 0, "state") !== undefined);
}

interface Inspected {
  readonly isSound: boolean;
  /** Records are gone from every file, or no longer say what they said. */
  readonly isHurt: boolean;
  /** The records that there are make a plan. */
  readonly hasPlan: boolean;
  readonly tooOld?: Refusal;
}

/** Reads all of the own files: a snapshot that fits says nothing about the lines that it stands for. */
function inspect(workspace: Workspace, slug: string, clone: CloneId): Inspected {
  const store = PlanStore.open(workspace, slug);
  if (!store.ok) return { isSound: false, isHurt: false, hasPlan: false };
  const { problems, state, tooOld } = store.value;
  store.value.close();
  const { journal, second } = planLayout(workspace.layout, slug);
  const dirs = [journal, ...(second === undefined ? [] : [second])];
  const found = dirs
    .filter((dir) => existsSync(journalFile(dir, clone)))
    .map((dir) => findingsIn(workspace, dir, clone));
  const isShrunk = problems.some(({ reason }) => reason === "journal-shrunk");
  const isHurt = isShrunk || found.every((each) => each.some(({ severity }) => severity === "error"));
  const hasPlan = state.status !== "none";
  const isSound = problems.length === 0 && hasPlan && found.every((each) => each.length === 0);
  return { isSound, isHurt, hasPlan, ...(tooOld === undefined ? {} : { tooOld }) };
}

/** What a new journal would be without: lines that are no records, and records that are not as they were written. */
function findingsIn(workspace: Workspace, dir: string, clone: CloneId): readonly Finding[] {
  const key = workspace.key();
  const file = journalFile(dir, clone);
  try {
    const findings = verifyJournal({ clone, dir, ...(key === undefined ? {} : { key }) });
    return findings.filter(
      (finding) => finding.file === file && (finding.severity === "error" || finding.reason === "torn-line"),
    );
  } catch (error) {
    return [{ severity: "error", reason: "unreadable", file, message: (error as Error).message }];
  }
}

/** The records of this clone that are left in any of its files. */
function countRecords({ journal, second, published }: PlanLayout, clone: CloneId): number {
  const count = (read: typeof readStore, dir: string | undefined): number => {
    try {
      return dir === undefined ? 0 : read(journalFile(dir, clone), clone).size;
    } catch {
      return 0;
    }
  };
  return Math.max(count(readStore, journal), count(readStore, second), count(readCopies, published));
}

interface Left {
  readonly source: RescueSource;
  /** Absent where the records themselves are left. */
  readonly state?: PlanState;
}

function whatIsLeft(layout: PlanLayout, held: number, wanted: RescueSource | undefined): Left | undefined {
  const may = (source: RescueSource): boolean => wanted === undefined || wanted === source;
  if (may("records") && held > 0) return { source: "records" };
  for (const file of may("state") ? [layout.state, layout.previous] : []) {
    const state = readState(file);
    if (state !== undefined && state.status !== "none") return { source: "state", state };
  }
  const state = may("markdown") ? readMarkdown(layout) : undefined;
  return state === undefined ? undefined : { source: "markdown", state };
}

function readState(file: string): PlanState | undefined {
  try {
    return restoreSnapshot(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return undefined;
  }
}

function readMarkdown({ folder, slug }: PlanLayout): PlanState | undefined {
  const text = (name: string): string => {
    try {
      return readFileSync(join(folder, name), "utf8");
    } catch {
      return "";
    }
  };
  return readMarkdownPlan(slug, text("TODO_LIST.md"), text("task_plan.md"));
}

/** Whether records of the plan are, or may be, with another clone. */
function isShared({ journal, published }: PlanLayout, clone: CloneId): boolean {
  const own = basename(journalFile(journal, clone));
  const logs = (folder: string): readonly string[] =>
    existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".jsonl")) : [];
  return logs(published).length > 0 || logs(journal).some((name) => name !== own);
}

function makeJournal(workspace: Workspace, layout: PlanLayout, clone: CloneId, isEmpty: boolean): Result<Rescued> {
  const key = workspace.key();
  return rescueJournal({
    clone,
    dir: layout.journal,
    ...(layout.second === undefined ? {} : { second: layout.second }),
    published: layout.published,
    snapshot: layout.state,
    previous: layout.previous,
    ...(key === undefined ? {} : { key }),
    isEmpty,
    now: workspace.now(),
  });
}

async function writeState(store: PlanStore, state: PlanState, source: RescueSource): Promise<Result<void>> {
  const by = await store.workspace.author(store.slug);
  if (!by.ok) return by;
  for (const events of rescueEvents(state, source)) {
    const at = store.workspace.now();
    const written = store.append({ id: mintRecordId(at), at, by: by.value }, events);
    if (!written.ok) return written;
  }
  return ok(undefined);
}

/** The plan, then its tasks, parents first, in records of a bounded size. */
function* rescueEvents(state: PlanState, source: RescueSource): Generator<readonly PlanEvent[]> {
  yield [{ type: "plan.rescued", source, plan: snapshotWithoutTasks(state) }];
  let batch: PlanEvent[] = [];
  let chars = 0;
  for (const task of parentsFirst(state)) {
    const value = snapshotTask(state, task);
    chars += JSON.stringify(value).length;
    batch.push({ type: "task.rescued", task: value });
    if (chars < BATCH_CHARS) continue;
    yield batch;
    batch = [];
    chars = 0;
  }
  if (batch.length > 0) yield batch;
}

function parentsFirst(state: PlanState): Iterable<Task> {
  const sorted = new Map<TaskUid, Task>();
  for (const start of state.tasks.values()) {
    const stack: Task[] = [start];
    for (let task = stack.at(-1); task !== undefined; task = stack.at(-1)) {
      const waiting = task.parents
        .flatMap((uid) => state.tasks.get(uid) ?? [])
        .find((parent) => !sorted.has(parent.uid) && !stack.includes(parent));
      if (waiting === undefined) {
        stack.pop();
        sorted.set(task.uid, task);
      } else stack.push(waiting);
    }
  }
  return sorted.values();
}
