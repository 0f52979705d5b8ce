import { checksOf, type Trees } from "../checks.ts";
import { isDoubtful } from "../graph.ts";
import type { Refusal } from "../refusal.ts";
import type { PlanState, Task } from "../state.ts";
import { checkConditions } from "./check-conditions.ts";
import { whyClosed, type ClosedGate } from "./closed-gate.ts";
import { unmetOf, type Condition } from "./condition.ts";
import { newTestConditions } from "./new-test-conditions.ts";
import { reviewConditions } from "./review-conditions.ts";
import { waiverOf } from "./waiver.ts";

/** What of a plan the gate of a task looks at. */
type Plan = Pick<PlanState, "checks" | "level" | "waivers" | "reviewers" | "blocks">;

/** What must hold before a task may be done, whatever its status. `trees`: what is in the scopes of its checks now. */
export const taskConditions = (plan: Plan, task: Task, trees?: Trees): readonly Condition[] => [
  ...confidenceConditions(task),
  ...proofConditions(plan, task),
  ...checkConditions(checksOf(plan, task.uid), plan.level, trees, `holdfast verify --task ${task.id}`),
  ...newTestConditions(plan, task),
  ...reviewConditions(plan, task, trees),
];

function confidenceConditions(task: Task): readonly Condition[] {
  if (!isDoubtful(task)) return [];
  const { score, why } = task.confidence!;
  const cause = task.stamps["confidence"];
  return [
    {
      kind: "confidence",
      subject: task.id,
      standing: "low",
      isMet: false,
      says: `${task.id} is at confidence ${score}/5 (${why}): a person decides first`,
      way: `a person runs: holdfast waive confidence ${task.id} --why "…"`,
      ...(cause === undefined ? {} : { cause }),
    },
  ];
}

/** Where no check is to prove a task, something that it hands on must be there, or a person's word. */
function proofConditions(plan: Plan, task: Task): readonly Condition[] {
  if (checksOf(plan, task.uid).length > 0 || plan.level === "claimed") return [];
  const about = { kind: "proof", subject: task.id };
  const signed = waiverOf(plan, "sign-off", task.id);
  if (signed !== undefined) {
    return [{ ...about, standing: "signed-off", isMet: true, says: `${task.id} was signed off (${signed.why})` }];
  }
  const names = task.outputs.map(({ name }) => name);
  if (names.length > 0) {
    return [{ ...about, standing: "handed-on", isMet: true, says: `${task.id} hands on ${names.join(", ")}` }];
  }
  return [
    {
      ...about,
      standing: "missing",
      isMet: false,
      says: `nothing shows that ${task.id} is done: it has no check, it hands nothing on, and nobody has signed it off`,
      way: `holdfast task output ${task.id} --text "…", or ${addCheck(task)}; or a person runs holdfast waive sign-off ${task.id} --why "…"`,
    },
  ];
}

/** What proves a task does not change while somebody is at it. */
function addCheck({ id, status }: Task): string {
  const giveBack = {
    in_progress: `holdfast task release ${id} and `,
    implemented: `holdfast task retry ${id} --note "…" and `,
  };
  const first = status === "in_progress" || status === "implemented" ? giveBack[status] : "";
  return `${first}holdfast check add <id> --task ${id} -- <command>`;
}

/** Why the gate of a task is closed; undefined where it is open. */
export function whyTaskClosed(
  plan: Plan,
  task: Task,
  trees: Trees | undefined,
  isUnseen: ClosedGate["isUnseen"],
): Refusal | undefined {
  const conditions = taskConditions(plan, task, trees);
  const isDoubt = unmetOf(conditions).every(({ kind }) => kind === "confidence");
  return whyClosed(conditions, {
    gate: `task ${task.id}`,
    opening: `${task.id} is not ${isDoubt ? "done" : "proven"}`,
    ...(isDoubt ? { reason: "low-confidence" } : {}),
    isUnseen,
  });
}
