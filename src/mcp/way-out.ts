import type { Refusal } from "../plan/refusal.ts";

/** Where the engine's hint names a command of the shell, the way out by a tool. By reason. */
const WAYS_OUT: Readonly<Record<string, string>> = {
  "no-such-plan": 'plan_read {"what":"plans"} lists them; plan_write {"action":"new"} makes one',
  "needs-plan": 'name it in "plan"; plan_read {"what":"plans"} lists them',
  "plan-exists": 'give another slug, or plan_write {"action":"switch","plan":"<slug>"}',
  "writer-taken": 'plan_write {"action":"observe"}; a person may run holdfast plan switch --steal',
  "no-such-task": 'plan_read {"what":"status"} lists tasks',
  "already-claimed": 'plan_read {"what":"ready"} lists what is free',
  "needs-fence": 'give "fence", as task claim or plan_read {"what":"prompt"} named it',
  "usage-nothing-to-change": "give title, brief, phase or tasks",
};

/** A hint that leads somewhere for a caller that has tools and perhaps no shell. */
export function wayOut({ reason, hint }: Refusal): { readonly hint?: string } {
  const way = WAYS_OUT[reason];
  if (way === undefined) return hint === undefined ? {} : { hint };
  return { hint: hint === undefined || hint.startsWith("holdfast ") ? way : `${hint}; ${way}` };
}
