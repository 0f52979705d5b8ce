import { countByStatus } from "../../../plan/graph.ts";
import { exit, type Run } from "../../command.ts";
import { withPlan } from "../../workspace.ts";
import type { count, hasBlockers } from "./plan-specs.ts";

export const countTasks: Run<typeof count> = ({ options }, context) =>
  withPlan(context, ({ state }) => {
    const { global, out } = context;
    const counts = countByStatus(state);
    const total = state.tasks.size - counts.dropped;
    const chosen = [...new Set(options.status)].reduce((sum, status) => sum + counts[status], 0);
    const asked = options.status.length > 0;
    if (global.json) {
      return out.printJson({
        plan: state.slug,
        revision: state.revision,
        total,
        counts,
        ...(asked ? { count: chosen } : {}),
      });
    }
    if (asked) return out.print(String(chosen));
    const { done, dropped, ...open } = counts;
    const more = Object.entries({ ...open, dropped }).flatMap(([status, n]) => (n > 0 ? [`${n} ${status}`] : []));
    out.print([`${done}/${total} done`, ...more].join(", "));
  });

export const askBlockers: Run<typeof hasBlockers> = (_input, context) =>
  withPlan(context, ({ state }) => {
    const { global, out } = context;
    const blocked = [...state.tasks.values()].filter(({ status }) => status === "blocked").map(({ id }) => id);
    const has = blocked.length > 0;
    if (global.json) out.printJson({ plan: state.slug, revision: state.revision, hasBlockers: has, tasks: blocked });
    else out.print(has ? `yes: ${blocked.join(", ")}` : "no");
    return exit(has ? 0 : 1);
  });
