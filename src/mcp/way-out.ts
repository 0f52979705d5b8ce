import type { Refusal } from "../plan/refusal.ts";

/** Where the way out by a tool is not that of the shell with other words, by reason. */
const WAYS_OUT: Readonly<Record<string, string>> = {
  "writer-taken": 'plan_write {"action":"observe"}; a person may run holdfast plan switch --steal',
  "dirty-switch": '"dirty":"stash" puts the changes aside, "keep" takes them along: ask the person',
  "usage-nothing-to-change": "give title, brief, phase or tasks",
};

/** An id; sentences go on behind it. */
const ID = String.raw`([A-Za-z0-9](?:[\w.-]*\w)?)`;

const commands = (words: string): RegExp => new RegExp(String.raw`holdfast ${words}`, "g");

/** Commands that hints name, and the calls that do the same; in this order. What is not here is for a shell. */
const CALLS: readonly (readonly [command: RegExp, call: string])[] = [
  [commands(`task (claim|start|release|retry|unblock|fail|done|restore) ${ID}`), 'task {"action":"$1","id":"$2"}'],
  [commands(`task (show|prompt) ${ID}`), 'plan_read {"what":"$1","id":"$2"}'],
  [/"what":"show"/g, '"what":"task"'],
  [commands("plan acceptance"), 'plan_read {"what":"acceptance"}'],
  [commands("task next"), 'plan_read {"what":"ready"}'],
  [commands("(?:task list|status)"), 'plan_read {"what":"status"}'],
  [commands("plan list(?: --archived)?"), 'plan_read {"what":"plans"}'],
  [commands(`plan switch ${ID}`), 'plan_write {"action":"switch","plan":"$1"}'],
  [commands("plan switch(?: <slug>)?"), 'plan_write {"action":"switch"}'],
  [commands('plan new(?: "<title>")?'), 'plan_write {"action":"new"}'],
  [commands("plan (resume|done|abort)"), 'plan_write {"action":"$1"}'],
  [commands("goal (set|status|done|validate|cancel|adopt)"), "goal_$1"],
  [/--(fence|plan) <\w+>/g, '"$1"'],
  [/--(fence|plan) ([\w.-]+)/g, '"$1":"$2"'],
];

/** A text that names commands of the shell, with the calls that a model has in their place. */
export const withCalls = (text: string): string =>
  CALLS.reduce((told, [command, call]) => told.replace(command, call), text);

/** A hint that leads somewhere for a caller that has tools and perhaps no shell. */
export function wayOut({ reason, hint }: Refusal): { readonly hint?: string } {
  const way = WAYS_OUT[reason] ?? (hint === undefined ? undefined : withCalls(hint));
  return way === undefined ? {} : { hint: way };
}
