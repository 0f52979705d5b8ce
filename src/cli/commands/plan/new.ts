import { createPlan } from "../../../engine/plans/plans.ts";
import { briefQuality, missingBriefFields } from "../../../engine/plans/plan-view.ts";
import { planLayout } from "../../../engine/layout.ts";
import type { Run } from "../../command.ts";
import { readGivenText } from "../../given-text.ts";
import { reportPerformed } from "../../performed.ts";
import { bold, inline } from "../../text.ts";
import { withWorkspace } from "../../workspace.ts";
import type { create } from "../plan.ts";
import { describeMissing, givenBrief, givenSettings, withPrimary } from "./brief.ts";
import { describeSwitch, leaveFor, switchJson } from "./leave.ts";

export const newPlan: Run<typeof create> = async ({ args, options }, context) => {
  const title = await readGivenText(args.title, context.io, "title");
  if (!title.ok) return title;
  const settings = givenSettings(options);
  if (!settings.ok) return settings;
  const { slug, repo, primary } = options;
  const repos = withPrimary(repo, primary);
  const plan = {
    title: inline(title.value),
    ...(slug === undefined ? {} : { slug }),
    brief: givenBrief(options),
    ...settings.value,
    ...(repos.length === 0 ? {} : { repos }),
  };
  return withWorkspace(context, async (workspace) => {
    const made = await leaveFor(context, options, (choice) => createPlan(workspace, plan, choice));
    if (!made.ok) return made;
    const { brief, slug: name } = made.value.state;
    const dir = planLayout(workspace.layout, name).folder;
    const missing = describeMissing(brief);
    return reportPerformed(
      context,
      made.value,
      [
        ["began ", bold(name), `: ${inline(made.value.state.title)}`],
        ...describeSwitch(made.value),
        ...(missing === undefined ? [] : [missing]),
        "next: holdfast task add, or holdfast plan edit --phase plan",
      ],
      { dir, ...switchJson(made.value), briefQuality: briefQuality(brief), missing: missingBriefFields(brief) },
    );
  });
};
