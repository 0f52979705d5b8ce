import { perform } from "../../../engine/perform.ts";
import type { PlanCommand } from "../../../plan/commands.ts";
import { ok, refused, type Result } from "../../../plan/refusal.ts";
import type { Brief, PlanState } from "../../../plan/state.ts";
import type { Input, Run } from "../../command.ts";
import { reportPerformed } from "../../performed.ts";
import { inline } from "../../text.ts";
import { withWorkspace } from "../../workspace.ts";
import type { edit } from "../plan.ts";
import { phaseOf } from "./phase-of.ts";
import { givenBrief, givenSettings, listFields, LISTS, type GivenPlanSettings } from "./brief.ts";

type Options = Input<typeof edit>["options"];

export const editPlan: Run<typeof edit> = async ({ options }, context) => {
  const settings = givenSettings(options);
  if (!settings.ok) return settings;
  if (options.title?.trim() === "") return refused("usage-invalid-value", "--title is empty");
  return withWorkspace(context, async (workspace) => {
    const performed = await perform(workspace, context.global.plan, (state) =>
      toCommands(state, options, settings.value),
    );
    if (!performed.ok) return performed;
    const { slug, state } = performed.value;
    const phase = options.phase === undefined ? "" : `, phase ${inline(state.phase)}`;
    return reportPerformed(context, performed.value, [`changed ${slug}${phase}`], {
      phase: state.phase,
      brief: state.brief,
    });
  });
};

function toCommands(state: PlanState, options: Options, settings: GivenPlanSettings): Result<readonly PlanCommand[]> {
  const brief = editedBrief(state.brief, options);
  if (!brief.ok) return brief;
  const { title, phase } = options;
  const commands: PlanCommand[] = [];
  const changes = { ...(title === undefined ? {} : { title: inline(title.trim()) }), ...settings };
  if (Object.keys(changes).length + Object.keys(brief.value).length > 0) {
    commands.push({
      type: "edit-plan",
      ...(options.why === undefined ? {} : { why: options.why }),
      ...changes,
      ...(Object.keys(brief.value).length === 0 ? {} : { brief: brief.value }),
    });
  }
  if (phase !== undefined) {
    const known = phaseOf(state, phase);
    if (!known.ok) return known;
    commands.push({ type: "enter-phase", phase });
  }
  if (commands.length > 0) return ok(commands);
  return refused("usage-nothing-to-change", "Nothing to change was given", { hint: "holdfast plan edit --help" });
}

/** The fields that change: lists with what is taken out and added. */
function editedBrief(brief: Brief, options: Options): Result<Partial<Brief>> {
  const given = givenBrief(options);
  const lists: Partial<Record<keyof typeof LISTS, readonly string[]>> = {};
  for (const field of listFields) {
    const added = given[field] ?? [];
    const dropped = options[`drop-${LISTS[field]}`];
    if (added.length + dropped.length === 0) continue;
    const left = without(brief[field], dropped, LISTS[field]);
    if (!left.ok) return left;
    lists[field] = [...left.value, ...added.filter((item) => !left.value.includes(item))];
  }
  return ok({ ...given, ...lists });
}

/** A list without the items that are named by number, as they are listed now, or by text. */
function without(items: readonly string[], dropped: readonly string[], option: string): Result<readonly string[]> {
  const gone = new Set<number>();
  for (const name of dropped) {
    const byText = items.indexOf(name);
    const index = byText >= 0 ? byText : /^[0-9]{1,4}$/.test(name) ? Number(name) - 1 : -1;
    if (items[index] === undefined) {
      return refused(
        "no-such-item",
        `there is no item ${JSON.stringify(name.slice(0, 80))} in a list of ${items.length}`,
        {
          hint: "holdfast plan show lists them with their numbers",
          place: `--drop-${option}`,
        },
      );
    }
    gone.add(index);
  }
  return ok(items.filter((_, index) => !gone.has(index)));
}
