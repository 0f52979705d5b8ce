import { proveChecks, type Proved, type ProveReport } from "../../../engine/proof/prove.ts";
import { exit, type Context, type Outcome, type Run } from "../../command.ts";
import { STOPPED_EXIT, stopOnSignals, type StopSignal } from "../../stop-signals.ts";
import { bold, dim, green, inline, red, type Text } from "../../text.ts";
import { withWorkspace } from "../../workspace.ts";
import type { verify } from "../check.ts";
import { describeEvidence, rowOf } from "./check-row.ts";
import { showProgress } from "./progress.ts";

/** As for any rule of the plan that refuses (exit-codes.ts). */
const NOT_PASSED = 1;
export const verifyChecks: Run<typeof verify> = ({ options }, context) =>
  withWorkspace(context, async (workspace) => {
    const { global, out } = context;
    const { jobs, retries, wave } = options;
    const progress = showProgress(out);
    const stop = stopOnSignals();
    try {
      const done = await proveChecks(
        workspace,
        global.plan,
        {
          checks: options.check,
          tasks: options.task,
          ...(wave === undefined ? {} : { wave }),
          isForPlan: options["for-plan"],
          onlyStale: options["only-stale"],
          withForeign: options.foreign,
          withBase: options.base,
          ...(jobs === undefined ? {} : { jobs }),
          ...(retries === undefined ? {} : { retries }),
          stop: stop.signal,
        },
        {
          onStart: progress.start,
          onOutput: progress.hear,
          onBase: ({ id }) => {
            if (!global.json) out.print(dim(`  ${inline(id)} runs once more, on what its task began on`));
          },
          onTrouble: progress.end,
          onEnd: (one) => {
            progress.end(one.check);
            if (!global.json) for (const line of describe(one)) out.print(line);
            progress.draw();
          },
        },
      );
      progress.close();
      return done.ok ? report(context, done.value, stop.by()) : done;
    } finally {
      progress.close();
      stop.release();
    }
  });

function report({ global, out }: Context, report: ProveReport, stoppedBy: StopSignal | undefined): Outcome {
  const { slug, state, proved, fresh, stopped, refusal } = report;
  const isPassed = refusal === undefined && stopped.length === 0 && proved.every(({ evidence }) => isPass(evidence));
  const names = (checks: ProveReport["fresh"]): readonly string[] => checks.map(({ id }) => id);
  if (global.json) {
    const ran = new Set(proved.map(({ check }) => check.id));
    const items = state.checks.filter(({ id }) => ran.has(id)).map((check) => rowOf(state, check));
    out.printJson({ plan: slug, ok: isPassed, items, fresh: names(fresh), stopped: names(stopped) });
  } else {
    if (fresh.length > 0) out.print(dim(`passed on this tree already: ${names(fresh).join(", ")}`));
    if (stopped.length > 0) out.print(dim(`stopped, and nothing is recorded of: ${names(stopped).join(", ")}`));
  }
  if (refusal !== undefined) return { ok: false, refusal };
  if (isPassed) return undefined;
  return exit(stoppedBy === undefined ? NOT_PASSED : STOPPED_EXIT[stoppedBy]);
}

const isPass = ({ outcome, isPartial }: Proved["evidence"]): boolean => outcome === "passed" && isPartial !== true;

const MARKS = { passed: green("✓"), failed: red("✗"), void: red("?") } as const;

function describe({ check, evidence, isFlaky, again, log }: Proved): readonly Text[] {
  const head: Text = [MARKS[evidence.outcome], " ", bold(check.id), ` ${describeEvidence(evidence)}`];
  if (again === "moved") return [head, dim("  it runs again")];
  if (again === "counted") return [head, dim(`  ${countOf(check)} decide`)];
  if (evidence.isPartial === true)
    return [head, dim(`  undecided: files changed between its runs, and ${countOf(check)} on one tree decide`)];
  const flaky = isFlaky ? [dim("  flaky: it failed on this very tree before")] : [];
  return isPass(evidence) ? [head, ...flaky] : [head, dim(`  what it printed: ${inline(log)}`)];
}

const countOf = ({ passes = 1, runs = 1 }: Proved["check"]): string => `${passes} of ${runs}`;
