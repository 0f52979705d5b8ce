import { neutralizeLine } from "../context/neutralize.ts";
import type { LooseWork, PlanWork } from "./snapshot.ts";

/** What a prompt that sends an agent back to work tells. */
export interface PromptFacts {
  readonly number: number;
  readonly of: number;
  readonly work: PlanWork | LooseWork;
  readonly isAfterError: boolean;
}

/** Prompts of ours begin so. */
const OPENING = "<holdfast-continuation";

/** Whether a prompt is one of these, and so no person's; a host may put a tag of its own around it. */
export const isOwnPrompt = (text: string): boolean => text.slice(0, 400).includes(OPENING);

/** Tells the model to go on with what is left. */
export const goOnPrompt = (facts: PromptFacts): string =>
  wrap(facts, [
    facts.isAfterError ? "The last turn ended in an error. Go on with the work now." : "Go on with the work now.",
    ...workLines(facts.work),
    "Do not ask whether to go on. If a decision is the person's, record what blocks you, ask, and stop.",
  ]);

/** Tells the model that this turn is the last, and to leave things so that anybody can take up there. */
export const wrapUpPrompt = (facts: PromptFacts): string =>
  wrap(facts, [
    "This is the last turn that was granted. Begin nothing new.",
    ...(facts.work.kind === "plan"
      ? [
          "Bring what is in hand to a clean state, record how far it is (`holdfast task`), the next action (`holdfast next`) and what the next session should know (`holdfast handoff`).",
        ]
      : ["Bring what is in hand to a clean state."]),
    "Then tell the person in a few lines what is done, what is left, and what needs them. After that, stop.",
  ]);

const wrap = ({ number, of }: PromptFacts, lines: readonly string[]): string =>
  [`${OPENING} turn="${number}" of="${of}">`, ...lines, "</holdfast-continuation>"].join("\n");

const workLines = (work: PlanWork | LooseWork): readonly string[] =>
  work.kind === "plan" ? planLines(work) : looseLines(work);

function planLines(work: PlanWork): readonly string[] {
  const lines = [`Plan ${neutralizeLine(work.slug, 80)}: ${countLeft(work)}.`];
  if (work.next !== undefined) lines.push(`Next: ${neutralizeLine(work.next, 300)}`);
  if (work.inHand !== undefined) lines.push(`In hand: ${neutralizeLine(work.inHand, 160)}; finish it first.`);
  else if (work.firstReady !== undefined)
    lines.push(`Ready: ${neutralizeLine(work.firstReady, 160)} (\`holdfast task next\`)`);
  else if (work.implemented > 0) lines.push("What is implemented waits to be checked and called done.");
  if (work.blocker !== undefined) lines.push(`Blocked, leave it: ${neutralizeLine(work.blocker, 160)}`);
  return lines;
}

function countLeft({ open, ready, own, stopped }: PlanWork): string {
  const parts = [`${open} open`, `${own} in your hands`, `${ready} ready`];
  return [...parts, ...(stopped > 0 ? [`${stopped} blocked`] : [])].join(", ");
}

const SHOWN_TODOS = 10;

function looseLines({ goal, todos }: LooseWork): readonly string[] {
  const lines: string[] = [];
  if (goal !== undefined) {
    lines.push(`Goal: ${neutralizeLine(goal.title, 300)}`);
    if (goal.doneWhen !== undefined) lines.push(`Done when: ${neutralizeLine(goal.doneWhen, 300)}`);
    if (goal.isCompleted) lines.push("It was called done: look whether that is so, and validate it or go on.");
  }
  const items = todos?.items ?? [];
  if (todos !== undefined && todos.open > 0) lines.push(`Open todos: ${todos.open}`);
  for (const item of items.slice(0, SHOWN_TODOS)) lines.push(`- ${neutralizeLine(item, 160)}`);
  if (items.length > SHOWN_TODOS) lines.push(`- and ${items.length - SHOWN_TODOS} more`);
  return lines;
}
