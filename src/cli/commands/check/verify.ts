import { proveChecks, type Proved } from "../../../engine/prove.ts";
import { exit, type Run } from "../../command.ts";
import { bold, dim, green, inline, red, type Text } from "../../text.ts";
import { withWorkspace } from "../../workspace.ts";
import type { verify } from "../check.ts";
import { commandLine, describeEvidence, rowOf } from "./check-row.ts";

/** As for any rule of the plan that refuses (exit-codes.ts). */
const NOT_PASSED = 1;

export const verifyChecks: Run<typeof verify> = ({ options }, context) =>
  withWorkspace(context, async (workspace) => {
    const { global, out } = context;
    const request = {
      checks: options.check,
      tasks: options.task,
      isForPlan: options["for-plan"],
      onlyStale: options["only-stale"],
    };
    let running = "";
    const proved = await proveChecks(workspace, global.plan, request, {
      onStart: (check) => {
        running = `${check.id}: ${commandLine(check)}`;
        out.progress(running);
      },
      onOutput: (bytes) => out.progress(`${running}  ${lastLine(bytes)}`),
      onEnd: (one) => {
        out.progress();
        if (!global.json) for (const line of describe(one)) out.print(line);
      },
    });
    out.progress();
    if (!proved.ok) return proved;
    const { slug, state, fresh } = proved.value;
    const isPassed = proved.value.proved.every(({ evidence }) => evidence.outcome === "passed");
    if (global.json) {
      const items = proved.value.proved.map(({ check }) => rowOf(state, check));
      out.printJson({ plan: slug, ok: isPassed, items, fresh: fresh.map(({ id }) => id) });
    } else if (fresh.length > 0) {
      out.print(dim(`passed on this tree already: ${fresh.map(({ id }) => id).join(", ")}`));
    }
    return isPassed ? undefined : exit(NOT_PASSED);
  });

const MARKS = { passed: green("✓"), failed: red("✗"), void: red("?") } as const;

function describe({ check, evidence, isFlaky, log }: Proved): readonly Text[] {
  const head: Text = [MARKS[evidence.outcome], " ", bold(check.id), ` ${describeEvidence(evidence)}`];
  const flaky = isFlaky ? [dim("  flaky: it failed on this very tree before")] : [];
  return evidence.outcome === "passed" ? [head, ...flaky] : [head, dim(`  what it printed: ${inline(log)}`)];
}

/** What a program said last, for the one line of a terminal. */
function lastLine(bytes: Uint8Array): string {
  const lines = Buffer.from(bytes).toString("utf8").trimEnd().split("\n");
  return inline(lines.at(-1) ?? "").slice(0, 60);
}
