import { renderReviewPrompt } from "../../../context/review-prompt.ts";
import { perform } from "../../../engine/perform.ts";
import { taskById } from "../../../plan/graph.ts";
import { reviewedAttempt } from "../../../plan/reviews.ts";
import type { Run } from "../../command.ts";
import { reportPerformed } from "../../performed.ts";
import { withWorkspace } from "../../workspace.ts";
import type { request } from "../review.ts";
import { aboutOf } from "./hand-in.ts";

export const requestAll: Run<typeof request> = ({ args, options }, context) =>
  withWorkspace(context, async (workspace) => {
    const { reviewer, again } = options;
    const about = aboutOf(args.task);
    const done = await perform(workspace, context.global.plan, {
      type: "request-reviews",
      ...about,
      ...(reviewer.length === 0 ? {} : { reviewers: reviewer }),
      ...(again ? { again } : {}),
    });
    if (!done.ok) return done;
    const { state } = done.value;
    const event = done.value.done
      .flatMap(({ record }) => record?.events ?? [])
      .find(({ type }) => type === "review.requested");
    const asked = (event?.["reviewers"] ?? []) as readonly string[];
    const task = about.id === undefined ? undefined : taskById(state, about.id);
    const files = task === undefined ? [] : (reviewedAttempt(task)?.files?.own ?? []);
    const prompts = asked.map((name) => ({ reviewer: name, prompt: renderReviewPrompt(state, task, name, files) }));
    reportPerformed(context, done.value, [], { task: task?.id ?? null, prompts });
    if (!context.global.json) context.out.write(prompts.map(({ prompt }) => prompt).join("\n---\n\n"));
    return undefined;
  });
