import type { PlanEvent } from "../events.ts";
import { refuse, type Refusal } from "../refusal.ts";
import type { Task } from "../state.ts";

/** What a command comes to: events to append (perhaps none, with the reason), or a refusal. */
export type Decision =
  | {
      readonly events: readonly PlanEvent[];
      /** Something that the one who asked should know. */
      readonly advice?: string;
      readonly task?: Task;
    }
  | { readonly refusal: Refusal };

export const events = (...list: readonly PlanEvent[]): Decision => ({ events: list });
export const deny = (refusal: Refusal): Decision => ({ refusal });

/** Nothing to write: it is so already. */
export const advise = (advice: string, task?: Task): Decision =>
  task === undefined ? { events: [], advice } : { events: [], advice, task };

/** One refusal for all the errors of an input. */
export function collectErrors(reason: string, what: string, errors: readonly Refusal[]): Refusal {
  if (errors.length === 1) return errors[0]!;
  return refuse(reason, `${errors.length} errors in ${what}; nothing was changed`, { details: errors });
}
