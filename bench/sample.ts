import { execFileSync } from "node:child_process";
import { mkdtempSync, writeSync } from "node:fs";
import { join } from "node:path";
import { planLayout, type WorkspaceLayout } from "../src/engine/layout.ts";
import { createPlan } from "../src/engine/plans/plans.ts";
import { Workspace } from "../src/engine/workspace.ts";
import { mintRecordId } from "../src/journal/ids.ts";
import { openJournal, type Journal } from "../src/journal/journal.ts";
import type { TaskInput } from "../src/plan/commands.ts";
import { planReducer } from "../src/plan/evolve/evolve.ts";
import { readyTasks, taskById } from "../src/plan/graph.ts";
import type { CloneId, JournalEvent } from "../src/plan/record.ts";
import type { PlanState, Spill } from "../src/plan/state.ts";

/** A workspace with one plan, as a user would have it. */
export interface Sample {
  readonly root: string;
  readonly slug: string;
  readonly clone: CloneId;
  readonly layout: WorkspaceLayout;
  readonly readyIds: readonly string[];
}

const TEXT =
  "Read the module and its tests first, then write the smallest change that makes the failing test pass, keep the " +
  "public interface as it is, say in the log what was tried, and name every file that was touched. ";
const STEPS = ["write the test that fails", "make it pass", "look at the whole change once more"];

/** About 0.75 KB of text each; chains of eight, so that an eighth is ready at once. */
function taskInput(index: number): TaskInput {
  const place = index % 8;
  return {
    id: `T${index + 1}`,
    title: `Part ${index + 1}: make the part that the others build on`,
    description: TEXT.repeat(3).slice(0, 520),
    steps: STEPS,
    touches: [`src/part-${index}.ts`, `src/part-${index}.test.ts`],
    ...(place === 0 ? {} : { parents: [`T${index}`] }),
  };
}

export async function makeWorkspace(folder: string, tasks: number): Promise<Sample> {
  const root = mkdtempSync(join(folder, "workspace-"));
  execFileSync("git", ["init", "--quiet", root]);
  const opened = await Workspace.open({ cwd: root, env: process.env });
  if (!opened.ok) throw new Error(opened.refusal.message);
  const workspace = opened.value;
  const inputs = Array.from({ length: tasks }, (_, index) => taskInput(index));
  const made = await createPlan(workspace, {
    slug: "bench",
    title: "A plan of a realistic size",
    brief: { goal: "every part is made", doneWhen: "all tests pass", acceptance: ["the suite is green"] },
    tasks: inputs,
  });
  if (!made.ok) throw new Error(made.refusal.message);
  const identity = workspace.identity();
  if (!identity.ok) throw new Error(identity.refusal.message);
  workspace.close();
  return {
    root,
    slug: "bench",
    clone: identity.value.id,
    layout: workspace.layout,
    readyIds: readyTasks(made.value.state).map(({ id }) => id),
  };
}

/** What happens in the life of a plan, over and over, on its live tasks: claimed, logged, ticked, released, noted. */
export function makeHistory(sample: Sample, records: number): void {
  const { journal: dir, second, state, previous } = planLayout(sample.layout, sample.slug);
  const opened = openJournal({
    clone: sample.clone,
    dir,
    ...(second === undefined ? {} : { second }),
    snapshot: state,
    previous,
    reducer: planReducer,
    // The past is made in one go: what it costs to sync it is measured elsewhere.
    io: { write: (fd, bytes) => writeSync(fd, bytes), sync: () => undefined },
  });
  if (!opened.ok) throw new Error(opened.refusal.message);
  const journal = opened.value;
  const ids = sample.readyIds.slice(1);
  for (let count = 0; count < records;)
    count += liveOnce(journal, ids[((count / 8) % ids.length) | 0] ?? "T1", records - count);
  journal.close();
}

function liveOnce(journal: Journal<PlanState, Spill>, id: string, most: number): number {
  const task = taskById(journal.state, id)!.uid;
  let fence = "";
  const steps: readonly (() => readonly JournalEvent[])[] = [
    () => [{ type: "task.claimed", task }],
    () => [{ type: "task.started", task, fence }],
    () => [{ type: "task.logged", task, fence, text: `looked at ${id}; the test fails as it should` }],
    () => [{ type: "task.step-done", task, step: 0, fence }],
    () => [{ type: "task.logged", task, fence, text: "tried the obvious change; another test fails now" }],
    () => [{ type: "entry.added", kind: "finding", text: `${id} depends on the order of its inputs` }],
    () => [{ type: "next.recorded", what: `go on with ${id}`, file: "src/part.ts" }],
    () => [{ type: "task.released", task, fence, note: "somebody else knows this part better" }],
  ];
  let written = 0;
  for (const events of steps.slice(0, most)) {
    const at = Date.now();
    const answer = journal.append({
      id: mintRecordId(at),
      at,
      by: { session: "bench:past", role: "writer" },
      events: events(),
    });
    if (!answer.ok || answer.value.status !== "accepted") throw new Error(JSON.stringify(answer));
    if (written === 0) fence = answer.value.record.id;
    written += 1;
  }
  return written;
}
