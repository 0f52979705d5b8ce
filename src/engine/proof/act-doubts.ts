import type { Condition } from "../../plan/gate/condition.ts";
import { refuse, type Refusal } from "../../plan/refusal.ts";
import type { Stamp } from "../../plan/record.ts";
import { SEVERITIES } from "../../plan/severity.ts";
import type { PlanState, Task } from "../../plan/state.ts";
import { findDoubts } from "./record-doubts.ts";
import type { PlanStore } from "../plans/plan-store.ts";

/** Something by which a person asks less of a gate. */
interface Act {
  readonly subject: string;
  readonly stamp: Stamp | undefined;
  readonly what: string;
  readonly way: string;
}

/**
 * What people allowed that a gate would rest on, where the record of it does not count here: each closes the gate, until
 * it is taken back or a person says it again. Without a task it is the gate of a wave or the plan that is judged.
 */
export function doubtedActs({ workspace, layout, state }: PlanStore, task?: Task): readonly Condition[] {
  const acts = [...settings(state), ...waivers(state, task), ...lettingOff(task), ...confidence(state, task)];
  const stamps = acts.flatMap(({ stamp }) => stamp ?? []);
  const doubts = findDoubts(workspace, layout.journal, stamps);
  return acts.flatMap(({ subject, stamp, what, way }) => {
    const doubted = stamp === undefined ? undefined : doubts.get(stamp);
    if (stamp === undefined || doubted === undefined) return [];
    const { doubt } = doubted;
    const why =
      doubt === "elsewhere"
        ? "was recorded on another machine, or with a key that is gone"
        : "is unverified: Holdfast did not write the record of it as it stands (holdfast journal verify)";
    const says = `${what} ${why}`;
    return [{ kind: "act", subject, standing: doubt, isMet: false, says, way: `a person runs: ${way}`, cause: stamp }];
  });
}

/** The same as the reason why nothing moves; undefined where nothing is in doubt. */
export function whyActDoubted(store: PlanStore, task?: Task): Refusal | undefined {
  const [first, ...more] = doubtedActs(store, task);
  if (first === undefined) return undefined;
  const says = [first, ...more].map(({ says }) => says).join("; ");
  return refuse("gate-closed", says, first.way === undefined ? {} : { hint: first.way });
}

/** Settings that ask for less than they do by themselves. */
function settings({ level, pace, blocks, stamps }: PlanState): readonly Act[] {
  const act = (field: string, value: string): Act => ({
    subject: field,
    stamp: stamps[field],
    what: `that the plan's ${field} is ${value}`,
    way: `holdfast plan edit --${field} ${value}`,
  });
  return [
    ...(level === "executed" ? [] : [act("level", level)]),
    ...(pace === "waves" ? [] : [act("pace", pace)]),
    ...(SEVERITIES.indexOf(blocks) < SEVERITIES.indexOf("high") ? [act("blocks", blocks)] : []),
  ];
}

/** Of the task, or of the plan as a whole. */
function waivers({ waivers, slug }: PlanState, task: Task | undefined): readonly Act[] {
  const target = (task?.id ?? slug).toLowerCase();
  const meant = waivers.filter((waiver) => waiver.target.toLowerCase() === target);
  // The last is what counts: saying it again makes good an earlier one.
  return meant
    .filter(({ subject }, at) => meant.findLastIndex((other) => other.subject === subject) === at)
    .map(({ subject, why, stamp }) => ({
      subject,
      stamp,
      what: `the waiver of ${subject} (${why})`,
      way: `holdfast waive ${subject} ${task?.id ?? "plan"} --why "…"`,
    }));
}

/** That a task need not add tests any more. */
function lettingOff(task: Task | undefined): readonly Act[] {
  if (task?.newTests !== false) return [];
  const way = `holdfast task edit ${task.id} --clear new-tests`;
  return [{ subject: "new-tests", stamp: task.stamps["newTests"], what: "that it need not add tests", way }];
}

function confidence(state: PlanState, task: Task | undefined): readonly Act[] {
  const { confidence, stamps } = task ?? state;
  if (confidence?.waived === undefined) return [];
  const what = `the waiver of its confidence (${confidence.waived})`;
  return [
    {
      subject: "confidence",
      stamp: stamps["confidence"],
      what,
      way: `holdfast waive confidence ${task?.id ?? "plan"} --why "…"`,
    },
  ];
}
