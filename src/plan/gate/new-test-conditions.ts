import { checksOf, lastEvidence } from "../checks.ts";
import { counted, listed } from "../counted.ts";
import { reviewedAttempt } from "../reviews.ts";
import type { Check, TestChange, TestNames, TestsBasis } from "../check-state.ts";
import type { PlanState, Task } from "../state.ts";
import type { Condition } from "./condition.ts";
import { waiverOf } from "./waiver.ts";

type Plan = Pick<PlanState, "checks" | "level" | "waivers">;

/** Why a person lets a task pass without new tests. */
export const NO_TESTS_REASONS = ["documentation-only", "generated-artifact", "existing-tests-suffice"] as const;

/**
 * What tests a task has to add, where it has to, and which it must not lose: those that ran on what its work began on.
 * What is done is not judged again: later work may take a test away.
 */
export const newTestConditions = (plan: Plan, task: Task): readonly Condition[] =>
  task.status === "done" ? [] : [...addedCondition(plan, task), ...lostConditions(plan, task)];

/** A check's last run, with what its tests were compared to for a task's attempt. */
interface Compared {
  readonly check: Check;
  readonly change: TestChange;
}

/** By check of a task: what its tests came to in the attempt that stands. */
function comparedOf(plan: Pick<Plan, "checks">, task: Task): readonly Compared[] {
  const fence = reviewedAttempt(task)?.fence;
  return checksOf(plan, task.uid).flatMap((check) => {
    const changes = lastEvidence(check)?.compared?.changes;
    const change = changes?.find((one) => one.task === task.uid && one.attempt === fence);
    return check.kind === "test" && change !== undefined ? [{ check, change }] : [];
  });
}

function addedCondition(plan: Plan, task: Task): readonly Condition[] {
  if (task.newTests !== true || plan.level === "claimed") return [];
  const about = { kind: "new-tests", subject: task.id };
  const waived = waiverOf(plan, "new-tests", task.id);
  if (waived !== undefined) {
    return [{ ...about, standing: "waived", isMet: true, says: `${task.id} needs no new tests (${waived.why})` }];
  }
  const compared = comparedOf(plan, task);
  const found = compared.find(
    ({ check, change }) => change.added.count > 0 && lastEvidence(check)?.outcome === "passed",
  );
  if (found !== undefined) {
    return [{ ...about, standing: "added", isMet: true, says: `${task.id} adds ${describeAdded(found.change)}` }];
  }
  const waive = `; or a person runs: holdfast waive new-tests ${task.id} --reason <reason> --why "…"`;
  const hasTests = checksOf(plan, task.uid).some(({ kind }) => kind === "test");
  const [standing, says, way] = !hasTests
    ? ([
        "missing",
        "has to add tests, and no check of tests proves it",
        `holdfast check add <id> --kind test --task ${task.id} --report <format>:<path> -- <command>`,
      ] as const)
    : compared.length === 0
      ? ([
          "unknown",
          "has to add tests, and none of its runs in this attempt was compared with what was there before",
          `holdfast verify --task ${task.id}`,
        ] as const)
      : ([
          "none",
          `adds no test that ran, passed and asserts something${whyNone(compared)}`,
          `holdfast verify --task ${task.id}, once there is one`,
        ] as const);
  return [{ ...about, standing, isMet: false, says: `${task.id} ${says}`, way: `${way}${waive}` }];
}

function whyNone(compared: readonly Compared[]): string {
  const whys = [...new Set(compared.flatMap(({ change }) => change.why ?? []))];
  return whys.length === 0 ? "" : ` (${whys.join("; ")})`;
}

const BASES: Readonly<Record<TestsBasis, string>> = {
  report: "",
  checkout: "",
  files: ", by what its files say: no report of what was there before",
};

/** What was added, with what that rests on. */
export function describeAdded({ added, basis, isByText }: TestChange): string {
  const text = isByText === true ? "; that they assert something, by their text" : "";
  return `${counted(added.count, "test")} that ran: ${namesOf(added)}${BASES[basis]}${text}`;
}

const NAMED = 3;

const namesOf = ({ count, named }: TestNames): string => listed(named.slice(0, NAMED), count);

function lostConditions(plan: Plan, task: Task): readonly Condition[] {
  return comparedOf(plan, task).flatMap(({ check, change: { lost } }): readonly Condition[] => {
    if (lost.count === 0) return [];
    const about = { kind: "lost-tests", subject: check.id };
    const says = `${check.id}: of the tests that ran before, ${lost.count} ${lost.count === 1 ? "is" : "are"} missing or skipped: ${namesOf(lost)}`;
    const waived = waiverOf(plan, "lost-tests", task.id);
    if (waived !== undefined && covers(waived.covers, lost)) {
      return [{ ...about, standing: "waived", isMet: true, says: `${says} (waived: ${waived.why})` }];
    }
    const cause = lastEvidence(check)?.stamp ?? check.stamp;
    const way = `put them back, then holdfast verify --task ${task.id}; or a person runs: holdfast waive lost-tests ${task.id} --why "…"`;
    return [{ ...about, standing: "lost", isMet: false, says, way, cause }];
  });
}

/** All that the checks of a task have lost. */
export function lostTests(plan: Pick<Plan, "checks">, task: Task): TestNames {
  const all = comparedOf(plan, task).map(({ change }) => change.lost);
  return {
    count: all.reduce((sum, { count }) => sum + count, 0),
    named: [...new Set(all.flatMap(({ named }) => named))],
  };
}

/** A person's word goes for what was lost then. */
const covers = (known: TestNames | undefined, lost: TestNames): boolean =>
  known !== undefined && lost.count <= known.count && lost.named.every((name) => known.named.includes(name));
