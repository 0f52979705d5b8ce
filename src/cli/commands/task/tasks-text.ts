import { MARKS, READY_MARK } from "../../../context/markdown.ts";
import { cutChars } from "../../../context/neutralize.ts";
import { leaseEnd } from "../../../context/stuck.ts";
import { describeSpan } from "../../../context/time.ts";
import type { Task } from "../../../plan/state.ts";
import { bold, dim, inline, pad, type Text } from "../../text.ts";

interface View {
  readonly now: number;
  readonly ready: ReadonlySet<Task>;
}

/** One line a task: mark, id, wave, title, how it stands and who holds it. */
export function taskLines(tasks: readonly Task[], view: View): readonly Text[] {
  const idWidth = Math.max(0, ...tasks.map(({ id }) => id.length));
  const titles = tasks.map(({ title }) => cutChars(inline(title), 72));
  const titleWidth = Math.max(0, ...titles.map((title) => title.length));
  return tasks.map((task, index) => [
    view.ready.has(task) ? READY_MARK : MARKS[task.status],
    " ",
    pad(bold(task.id), idWidth),
    dim(`  w${task.wave}  `),
    pad(titles[index] ?? "", titleWidth),
    "  ",
    standing(task, view),
  ]);
}

/** `in progress, claude:x for 3 min, step 1/2, attempt 2`. */
export function standing(task: Task, { now, ready }: View): string {
  const { claim, steps, attemptCount, status, proof } = task;
  const word = ready.has(task) ? "ready" : status === "todo" ? "waiting" : status.replace("_", " ");
  const parts = [proof === undefined ? word : `${word} (${proof})`];
  if (claim !== undefined) {
    const lease = leaseEnd(claim) <= now ? ", lease expired" : "";
    parts.push(`${claim.session} for ${describeSpan(now - claim.at)}${lease}`);
  }
  if (task.rival !== undefined) parts.push(`also ${task.rival.session} in another clone`);
  if (steps.length > 0 && status !== "done")
    parts.push(`step ${steps.filter(({ done }) => done).length}/${steps.length}`);
  if (attemptCount > 1) parts.push(`attempt ${attemptCount}`);
  return parts.join(", ");
}
