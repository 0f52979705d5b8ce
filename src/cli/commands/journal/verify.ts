import { verify } from "../../../engine/records/verify.ts";
import { exit, type Run } from "../../command.ts";
import { bold, dim, inline, red, yellow, type Text } from "../../text.ts";
import { withWorkspace } from "../../workspace.ts";
import type { verify as spec } from "../journal.ts";

/** As for any damaged data (exit-codes.ts). */
const DAMAGED = 4;

const COLOURS = { error: red, warning: yellow, note: dim } as const;

export const verifyPlan: Run<typeof spec> = (_input, context) =>
  withWorkspace(context, (workspace) => {
    const { global, out } = context;
    let slug: string | undefined;
    if (global.plan !== undefined) {
      const choice = workspace.choose(global.plan);
      if (!choice.ok) return choice;
      slug = choice.value.source === "none" ? undefined : choice.value.slug;
    }
    const verified = verify(workspace, slug);
    if (!verified.ok) return verified;
    const isDamaged = verified.value.some(({ findings }) => findings.some(({ severity }) => severity === "error"));
    if (global.json) out.printJson({ ok: !isDamaged, journals: verified.value });
    else {
      for (const { plan, findings } of verified.value) {
        out.print([bold(plan ?? "workspace"), findings.length === 0 ? ": every record is as it was written" : ":"]);
        const lines = findings.map(({ severity, file, line, message }): Text => [
          "  ",
          COLOURS[severity](severity),
          ` ${inline(file)}${line === undefined ? "" : `:${line}`}: ${inline(message)}`,
        ]);
        out.printLines(lines, { more: "holdfast journal verify --json" });
      }
    }
    return isDamaged ? exit(DAMAGED) : undefined;
  });
