import { isoTime } from "../../../context/time.ts";
import { isFlaky, observedSince } from "../../../plan/checks.ts";
import { lastEvidence } from "../../../plan/checks.ts";
import { findCheck, findTask } from "../../../plan/decide/find.ts";
import { describeAdded } from "../../../plan/gate/new-test-conditions.ts";
import type { Check, TestChange } from "../../../plan/check-state.ts";
import type { PlanState } from "../../../plan/state.ts";
import type { Run } from "../../command.ts";
import { page, textPage } from "../../paging.ts";
import { bold, dim, green, inline, pad, red, type Text } from "../../text.ts";
import { withPlan } from "../../workspace.ts";
import type { list, show } from "../check.ts";
import { commandLine, criteriaNamed, describeEvidence, describeObserved, rowOf } from "./check-row.ts";

export const listAll: Run<typeof list> = ({ options }, context) =>
  withPlan(context, ({ state, slug }) => {
    const { global, out } = context;
    const task = options.task === undefined ? undefined : findTask(state, options.task);
    if (task !== undefined && "refusal" in task) return { ok: false, refusal: task.refusal };
    const checks = state.checks.filter(({ tasks }) => task === undefined || tasks.includes(task.found.uid));
    if (global.json) {
      return out.printJson({
        plan: slug,
        ...page(
          checks.map((check) => rowOf(state, check)),
          options,
        ),
      });
    }
    if (checks.length === 0) {
      return out.print(
        `${task === undefined ? inline(slug) : task.found.id} has no checks: holdfast check add <id> -- <command>`,
      );
    }
    const { items, all } = textPage(checks, options);
    return out.printLines(
      items.flatMap((check) => describe(state, check)),
      { all, more: "holdfast check list --all" },
    );
  });

const MARKS = { passed: green("✓"), failed: red("✗"), void: dim("?") } as const;

function describe(state: PlanState, check: Check): readonly Text[] {
  const last = lastEvidence(check);
  const mark = last === undefined ? dim("·") : last.doubt === undefined ? MARKS[last.outcome] : red("!");
  const observed = observedSince(check);
  return [
    [mark, " ", pad(bold(check.id), 20), " ", pad(proves(state, check), 16), ` ${commandLine(check)}`],
    ...(isFlaky(check) ? [dim("  flaky: it failed on this very tree before")] : []),
    ...(observed === undefined ? [] : [dim(`  ${describeObserved(observed)}`)]),
  ];
}

/** What the tests of a run came to against those of the tree that a task began on. */
function compared(state: PlanState, change: TestChange): string {
  const { added, lost, why } = change;
  const adds = added.count === 0 ? `no new test${why === undefined ? "" : ` (${why})`}` : describeAdded(change);
  const loses = lost.count === 0 ? "" : `; missing or skipped: ${lost.named.join(", ")}`;
  return `for ${state.tasks.get(change.task)?.id ?? change.task}: ${adds}${loses}`;
}

const approval = ({ person, at, resolved }: NonNullable<Check["approved"]>): string =>
  `by ${person} ${isoTime(at)}, with ${Object.keys(resolved).join(", ") || "nothing that could change"}`;

function proves(state: PlanState, { tasks, criteria, isForPlan, isForWaves }: Check): string {
  const names = [
    ...tasks.map((uid) => state.tasks.get(uid)?.id ?? uid),
    ...criteriaNamed(state, criteria),
    ...(isForPlan ? ["the plan"] : []),
    ...(isForWaves ? ["each wave"] : []),
  ];
  return names.length === 0 ? "nothing yet" : names.join(", ");
}

export const showOne: Run<typeof show> = ({ args: { id } }, context) =>
  withPlan(context, ({ state, slug, layout }) => {
    const { global, out } = context;
    const found = findCheck(state, id);
    if ("refusal" in found) return { ok: false, refusal: found.refusal };
    const check = found.found;
    if (global.json) return out.printJson({ plan: slug, check: { ...rowOf(state, check), evidence: check.evidence } });
    const line = (name: string, text: string | undefined): void => {
      if (text !== undefined && text !== "") out.print([dim(pad(name, 22)), inline(text)]);
    };
    out.print([bold(check.id), ` (${check.kind}): ${commandLine(check)}`]);
    line("proves", proves(state, check));
    line("repository", check.repo);
    line("looks at", check.withRepos?.join(", "));
    line("folder", check.dir);
    line("variables", Object.keys(check.env).join(", "));
    line("scope", check.scope.join(", "));
    line("writes", check.outputs.join(", "));
    line("report", check.report);
    if (check.approved !== undefined) line("approved", approval(check.approved));
    for (const { change, session } of state.proposals.filter((one) => one.check === check.id)) {
      const what = change === undefined ? "to drop it" : JSON.stringify(change);
      line("proposed", `${what} by ${session}: a person says holdfast check accept or reject ${check.id}`);
    }
    if (check.runs !== undefined) line("passes", `${check.passes ?? 1} of ${check.runs} runs`);
    for (const evidence of check.evidence.toReversed()) {
      const part = evidence.isPartial === true ? ", one of several" : "";
      line(isoTime(evidence.at), `${describeEvidence(evidence)}${part}`);
      if (evidence.log !== undefined) line("", `${layout.folder}/${evidence.log}`);
      for (const change of evidence.compared?.changes ?? []) line("", compared(state, change));
    }
    if (check.observed !== undefined) line("session", describeObserved(check.observed));
    showSurroundings(check, line);
    if (check.evidence.length === 0) line("last run", `none: holdfast verify --check ${check.id}`);
    return undefined;
  });

/** What the last run depended on beside the tree, and what of that was another for the run before. */
function showSurroundings({ evidence }: Check, line: (name: string, text: string | undefined) => void): void {
  const [last, before] = [evidence.at(-1), evidence.at(-2)];
  line("programs", Object.keys(last?.programs ?? {}).join(", "));
  line("lockfiles", Object.keys(last?.lockfiles ?? {}).join(", "));
  if (last === undefined || before === undefined) return;
  const moved = (["programs", "lockfiles", "ignoreRules"] as const).filter(
    (field) => before[field] !== undefined && JSON.stringify(before[field]) !== JSON.stringify(last[field]),
  );
  const names = moved.map((field) => SURROUNDINGS[field]).join(", ");
  if (names !== "") line("changed", `${names}, since the run before`);
}

const SURROUNDINGS = {
  programs: "the programs that it runs",
  lockfiles: "the lockfiles",
  ignoreRules: "the ignore rules",
} as const;
