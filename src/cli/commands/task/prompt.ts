import { buildTaskPrompt } from "../../../engine/tasks/task-prompt.ts";
import type { Run } from "../../command.ts";
import { withPlan } from "../../workspace.ts";
import type { prompt } from "./work-specs.ts";

export const printPrompt: Run<typeof prompt> = ({ args, options }, context) =>
  withPlan(context, (store) => {
    const { global, out } = context;
    const request = {
      ancestors: options.ancestor,
      isToFix: options.fix,
      ...(options.budget === undefined ? {} : { budgetBytes: options.budget }),
    };
    const built = buildTaskPrompt(store, args.id, request);
    if (!built.ok) return built;
    const { task, prompt: rendered, restored } = built.value;
    for (const { task: owner, name, why } of restored) {
      out.warn(`${owner}/${name} is ${why} since it was recorded; the prompt has what was recorded`);
    }
    if (!global.json) return out.write(rendered.text);
    const { slug, revision } = store.state;
    const fence = task.claim === undefined ? {} : { fence: task.claim.fence };
    out.printJson({
      plan: slug,
      revision,
      task: task.id,
      ...fence,
      prompt: rendered.text,
      bytes: Buffer.byteLength(rendered.text),
      left: rendered.left,
      restored,
    });
  });
