import { checksOf, lastEvidence } from "../plan/checks.ts";
import { counted, listed } from "../plan/counted.ts";
import { describeAdded } from "../plan/gate/new-test-conditions.ts";
import type { Evidence, TestChange } from "../plan/check-state.ts";
import type { AttemptFiles, PlanState, Proof, Task } from "../plan/state.ts";
import { nameOf } from "./needs-person.ts";
import { neutralizeLine } from "./neutralize.ts";

/** What came of a task: what Holdfast saw of it, and apart from that what its agent says. */
export interface TaskSummary {
  readonly proof?: Proof;
  /** As Holdfast saw it. */
  readonly files?: AttemptFiles;
  /** As Holdfast saw them: the last run of each that has run. */
  readonly checks: readonly SeenCheck[];
  /** As its agent says; nobody has checked it. */
  readonly said: readonly string[];
  /** Outputs by which its agent says what was added and how to use it. */
  readonly told: readonly { readonly name: string; readonly summary: string }[];
}

export interface SeenCheck extends Pick<Evidence, "outcome" | "why" | "tests" | "tree" | "at"> {
  readonly check: string;
  /** What tests the attempt added to it, and how many it lost; text from outside. */
  readonly tells?: string;
}

/** What came of a task that is implemented or done; undefined for any other. */
export function summarizeTask(state: Pick<PlanState, "checks">, task: Task): TaskSummary | undefined {
  if (task.status !== "implemented" && task.status !== "done") return undefined;
  const attempt = task.attempts.at(-1);
  return {
    ...(task.proof === undefined ? {} : { proof: task.proof }),
    ...(attempt?.files === undefined ? {} : { files: attempt.files }),
    checks: checksOf(state, task.uid).flatMap((check) => {
      const last = lastEvidence(check);
      if (last === undefined) return [];
      const { outcome, why, tests, tree, at } = last;
      const change = last.compared?.changes.find((one) => one.task === task.uid && one.attempt === attempt?.fence);
      const tells = change === undefined ? "" : tellOf(change);
      const more = { ...(tests === undefined ? {} : { tests }), ...(tells === "" ? {} : { tells }) };
      return [{ check: check.id, outcome, why, ...more, tree, at }];
    }),
    said: [attempt?.note, attempt?.doneNote].filter((note) => note !== undefined && note.trim() !== "") as string[],
    told: task.outputs.filter(({ name }) => TELLING.test(name)).map(({ name, summary }) => ({ name, summary })),
  };
}

const tellOf = (change: TestChange): string =>
  [
    ...(change.added.count === 0 ? [] : [`adds ${describeAdded(change)}`]),
    ...(change.lost.count === 0 ? [] : [`${change.lost.count} that ran before missing or skipped`]),
  ].join("; ");

const TELLING = /^(?:added|usage)(?:\.|$)/i;

const SHOWN_FILES = 12;
const SHOWN_LOOSE = 5;

/** A summary in lines, each saying whose word it is; none where there is nothing to say. */
export function renderSummary({ files, checks, said, told }: TaskSummary): readonly string[] {
  return [
    ...(files === undefined ? [] : fileLines(files)),
    ...checks.map((seen) => `seen: check ${neutralizeLine(seen.check, 64)} ${describeRun(seen)}`),
    ...said.map((note) => `its agent says: ${neutralizeLine(note, 300)}`),
    ...told.map(({ name, summary }) => {
      return `its agent hands on: ${neutralizeLine(name, 64)} (${neutralizeLine(summary, 120)})`;
    }),
  ];
}

const BASIS: Readonly<Record<AttemptFiles["basis"], string>> = {
  tree: "",
  commit: ", as compared with the commit that it began on",
  events: ", as tools of the host named them",
};

function fileLines({ own, ownCount, unattributed, unattributedCount, basis }: AttemptFiles): readonly string[] {
  // That nothing was changed is worth saying where somebody has looked.
  if (ownCount + unattributedCount === 0 && basis !== "tree") return [];
  const changed = ownCount === 0 ? "changed no file" : `changed ${listOf(own, ownCount, SHOWN_FILES)}`;
  const loose = `changed meanwhile, by nobody knows whom: ${listOf(unattributed, unattributedCount, SHOWN_LOOSE)}`;
  return [`seen: ${changed}${BASIS[basis]}`, ...(unattributedCount === 0 ? [] : [`seen: ${loose}`])];
}

function listOf(paths: readonly string[], count: number, shown: number): string {
  const named = paths.slice(0, shown).map((path) => neutralizeLine(path, 120));
  return listed(named, count);
}

function describeRun({ outcome, tests, why, tells }: SeenCheck): string {
  if (outcome !== "passed") return `${outcome}: ${neutralizeLine(why, 120)}`;
  const count = tests === undefined ? "" : `, ${counted(tests.passed, "test")}`;
  return `passed${count}${tells === undefined ? "" : `; ${neutralizeLine(tells, 300)}`}`;
}

/** What came of tasks that others build on, a heading a task; those of which there is nothing to say are left out. */
export function renderSummaries(state: Pick<PlanState, "checks">, tasks: readonly Task[]): readonly string[] {
  return tasks.flatMap((task) => {
    const summary = summarizeTask(state, task);
    const lines = summary === undefined ? [] : renderSummary(summary);
    if (lines.length === 0) return [];
    const proof = task.proof === undefined ? "" : ` (${task.proof})`;
    const head = `${nameOf(task)} "${neutralizeLine(task.title, 80)}" is ${task.status}${proof}:`;
    return [head, ...lines.map((line) => `- ${line}`)];
  });
}
