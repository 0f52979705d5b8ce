import type { Phase, PlanState, Task } from "../plan/state.ts";
import { neutralizeLine } from "./neutralize.ts";
import { planItem, withoutMark, type ListItem } from "./plan-item.ts";
import { describeProgress, surveyTasks } from "./survey.ts";

const SHOWN = 5;
const LONGEST = 160;

/** A plan as items: the phases that have ended in one, those to come, what is in hand, what is ready. */
export function itemsOfPlan(state: PlanState): readonly ListItem[] {
  const survey = surveyTasks(state);
  const item = (text: string, status: string): ListItem => ({
    content: planItem(state.slug, neutralizeLine(text, LONGEST)),
    status,
  });
  const isOver = state.status === "done" || state.status === "archived" || state.status === "aborted";
  const hasEnded = ({ status }: Phase): boolean => isOver || status === "complete";
  const ended = state.phases.filter(hasEnded).map(({ title }) => title);
  const task = (status: string) => (one: Task) => item(`${one.id} ${one.title}`, status);
  return [
    ...(ended.length === 0 ? [] : [item(`${ended.join(", ")}: ended`, "completed")]),
    ...state.phases.flatMap((phase) => {
      if (hasEnded(phase)) return [];
      const isNow = phase.id === state.phase;
      const own = item(isNow ? `${phase.title}: ${describeProgress(survey)}` : phase.title, isNow ? NOW : LATER);
      if (!isNow) return [own];
      return [own, ...survey.held.slice(0, SHOWN).map(task(NOW)), ...survey.ready.slice(0, SHOWN).map(task(LATER))];
    }),
  ];
}

const NOW = "in_progress";
const LATER = "pending";

const BOXES: Readonly<Record<string, string>> = { completed: "[x]", in_progress: "[~]" };

/** The same for a model whose host lets nobody write into its list. */
export const renderItems = (items: readonly ListItem[]): string =>
  [
    "The plan stands so; it keeps its own tasks, so list none of them again:",
    ...items.map(({ content, status }) => `${BOXES[status] ?? "[ ]"} ${withoutMark(content)}`),
  ].join("\n");
