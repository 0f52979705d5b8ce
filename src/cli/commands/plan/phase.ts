import { perform } from "../../../engine/perform.ts";
import type { PlanCommand } from "../../../plan/commands.ts";
import { ok, refused, type Result } from "../../../plan/refusal.ts";
import type { PlanState } from "../../../plan/state.ts";
import type { Input, Run } from "../../command.ts";
import { reportPerformed } from "../../performed.ts";
import { inline } from "../../text.ts";
import { withWorkspace } from "../../workspace.ts";
import type { phase as spec } from "../plan.ts";
import { phaseOf } from "./phase-of.ts";

export const changePhase: Run<typeof spec> = ({ args, options }, context) =>
  withWorkspace(context, async (workspace) => {
    const performed = await perform(workspace, context.global.plan, (state) => toCommands(state, args.id, options));
    if (!performed.ok) return performed;
    const { state } = performed.value;
    // It was there when the command ran, and phases do not go away.
    const { title, status, doneWhen } = state.phases.find(({ id }) => id === args.id)!;
    const ends = doneWhen.length === 0 ? "" : `; done when ${doneWhen.map((each) => inline(each)).join("; ")}`;
    const said = `phase ${args.id} (${inline(title)}): ${status.replace("_", " ")}${ends}`;
    return reportPerformed(context, performed.value, [said], { phase: { id: args.id, title, status, doneWhen } });
  });

function toCommands(
  state: PlanState,
  id: string,
  { title, status, clear, "done-when": doneWhen }: Input<typeof spec>["options"],
): Result<readonly PlanCommand[]> {
  const known = phaseOf(state, id);
  if (!known.ok) return known;
  if (title?.trim() === "") return refused("usage-invalid-value", "--title is empty");
  if (clear && doneWhen.length > 0) return refused("usage-contradiction", "--done-when and --clear exclude each other");
  const isListed = clear || doneWhen.length > 0;
  if (title === undefined && status === undefined && !isListed) {
    return refused("usage-nothing-to-change", "Nothing to change was given", { hint: "holdfast plan phase --help" });
  }
  const fields = {
    ...(title === undefined ? {} : { title: inline(title.trim()) }),
    ...(status === undefined ? {} : { status }),
    ...(isListed ? { doneWhen } : {}),
  };
  return ok([{ type: "edit-phase", phase: id, ...fields }]);
}
