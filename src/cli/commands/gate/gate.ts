import { judgeGate, type GateReport, type GateSubject } from "../../../engine/proof/gate.ts";
import type { Condition } from "../../../plan/gate/condition.ts";
import { omit } from "../../../plan/omit.ts";
import { ok, refused, type Result } from "../../../plan/refusal.ts";
import { exit, type Run } from "../../command.ts";
import { page, textPage } from "../../paging.ts";
import { bold, dim, green, inline, red, type Text } from "../../text.ts";
import { withPlan } from "../../workspace.ts";
import type { gate } from "../gate.ts";

/** As for any rule of the plan that refuses (exit-codes.ts). */
const CLOSED = 1;

export const showGate: Run<typeof gate> = ({ args, options }, context) =>
  withPlan(context, async (store) => {
    const { global, out } = context;
    const subject = subjectOf(args.kind ?? "plan", args.name);
    if (!subject.ok) return subject;
    const judged = await judgeGate(store, subject.value);
    if (!judged.ok) return judged;
    const { slug, kind, isOpen, conditions } = judged.value;
    if (global.json) {
      const items = conditions.map((condition) => omit(condition, "cause"));
      out.printJson({ plan: slug, kind, subject: judged.value.subject, ok: isOpen, ...page(items, options) });
    } else {
      const { items, all } = textPage(conditions, options);
      const [head = "", ...lines] = describe(judged.value, items);
      out.print(head);
      out.printLines(lines, { all, more: seeAll(judged.value) });
    }
    return isOpen ? undefined : exit(CLOSED);
  });

function subjectOf(kind: string, name: string | undefined): Result<GateSubject> {
  switch (kind) {
    case "task":
      if (name === undefined) {
        return refused("usage-missing-argument", "which task?", { hint: "holdfast gate task <id>" });
      }
      return ok({ kind, id: name });
    case "wave":
      if (name === undefined) return ok({ kind });
      if (/^[0-9]{1,6}$/.test(name)) return ok({ kind, wave: Number(name) });
      return refused("usage-bad-value", `a wave goes by its number, not ${JSON.stringify(name.slice(0, 40))}`);
    case "plan":
      if (name === undefined) return ok({ kind });
      return refused("usage-contradiction", "which plan is meant is said by --plan", {
        hint: "holdfast gate plan --plan <slug>",
      });
    default:
      return refused(
        "usage-bad-value",
        `a gate stands before a task, a wave or the plan, not ${JSON.stringify(kind.slice(0, 40))}`,
        {
          hint: `holdfast gate task ${/^[\w.-]{1,40}$/.test(kind) ? kind : "<id>"}`,
        },
      );
  }
}

const seeAll = ({ kind, subject }: GateReport): string =>
  `holdfast gate ${kind}${kind === "plan" ? "" : ` ${subject}`} --all`;

function describe({ kind, subject, isOpen }: GateReport, conditions: readonly Condition[]): readonly Text[] {
  const name = kind === "wave" ? `wave ${subject}` : subject;
  const head: Text = ["the gate of ", bold(inline(name)), " is ", isOpen ? green("open") : red("closed")];
  return [head, ...conditions.flatMap(describeCondition)];
}

function describeCondition({ isMet, says, way, isFlaky }: Condition): readonly Text[] {
  const flaky = isFlaky === true ? dim(" (flaky: it failed on this very tree before)") : "";
  const line: Text = [isMet ? green("✓") : red("✗"), ` ${inline(says)}`, flaky];
  return isMet || way === undefined ? [line] : [line, dim(`  → ${inline(way)}`)];
}
