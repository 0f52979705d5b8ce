import { perform } from "../../../engine/perform.ts";
import { parseBlockerReport } from "../../../engine/tasks/blocker-report.ts";
import type { BlockerInput } from "../../../plan/commands.ts";
import { ok, refused, type Result } from "../../../plan/refusal.ts";
import type { Context, Input, Run } from "../../command.ts";
import { inline } from "../../text.ts";
import { readSource } from "../../stdin.ts";
import { changeTask, given, named } from "./report.ts";
import type { block } from "./work-specs.ts";

export const blockTask: Run<typeof block> = async ({ args: { id }, options }, context) => {
  const blocker = await readBlocker(options, context);
  if (!blocker.ok) return blocker;
  return await changeTask(
    context,
    id,
    (workspace) =>
      perform(workspace, context.global.plan, {
        type: "block-task",
        id,
        ...blocker.value,
        ...given({ fence: options.fence }),
      }),
    (task) => ({ lines: [["blocked ", named(task)], `would be resolved by: ${inline(blocker.value.resolve)}`] }),
  );
};

async function readBlocker(options: Input<typeof block>["options"], context: Context): Promise<Result<BlockerInput>> {
  const { tried, why, resolve, from } = options;
  if (from !== undefined) {
    if (tried !== undefined || why !== undefined || resolve !== undefined) {
      return refused("usage-two-sources", "--from has all three; leave out --tried, --why and --resolve");
    }
    const text = await readSource(from, context.io);
    return text.ok ? parseBlockerReport(text.value, from === "-" ? "standard input" : from) : text;
  }
  if (tried !== undefined && why !== undefined && resolve !== undefined) return ok({ tried, why, resolve });
  const missing = Object.entries({ tried, why, resolve }).flatMap(([name, text]) =>
    text === undefined ? `--${name}` : [],
  );
  return refused("usage-missing-option", `nothing is blocked without ${missing.join(" and ")}`, {
    hint: "say what was tried, why it failed, and what would resolve it; or --from <file>",
  });
}
