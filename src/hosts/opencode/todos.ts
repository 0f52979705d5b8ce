import { neutralizeLine } from "../../context/neutralize.ts";
import { describeProgress, surveyTasks, type Survey } from "../../context/survey.ts";
import type { Phase, PlanState, Task } from "../../plan/state.ts";
import { textOf } from "../payload.ts";
import { fieldsOf } from "./fields.ts";
import type { Todo } from "./noticed.ts";

/** Marks an item that comes from a plan: it is taken out and put in again as the plan then stands. */
const MARK = /^\[plan [a-z0-9-]+\] /;

export const planItem = (plan: string, text: string): string => `[plan ${plan}] ${text}`;

const SHOWN = 5;
const LONGEST = 160;

/** A plan as items: the phases that have ended in one, those to come, what is in hand, what is ready. */
export function planTodos(state: PlanState, survey: Survey = surveyTasks(state)): readonly Todo[] {
  const item = (text: string, status: string): Todo => ({
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

/** The agent's own list behind what the plan says; what it made of the plan's items is not asked. */
export function mirrorTodos(items: readonly unknown[], todos: readonly Todo[]): readonly unknown[] {
  const own = items.filter((item) => !MARK.test(textOf(fieldsOf(item), "content") ?? ""));
  return [...todos.map(({ content, status }) => ({ content, status, priority: "medium" })), ...own];
}
