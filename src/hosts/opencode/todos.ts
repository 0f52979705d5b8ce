import { isPlanItem, type ListItem } from "../../context/plan-item.ts";
import { textOf } from "../payload.ts";
import { fieldsOf } from "./fields.ts";

/** The agent's own list behind what the plan says; what it made of the plan's items is not asked. */
export function mirrorTodos(items: readonly unknown[], todos: readonly ListItem[]): readonly unknown[] {
  const own = items.filter((item) => !isPlanItem(textOf(fieldsOf(item), "content") ?? ""));
  return [...todos.map(({ content, status }) => ({ content, status, priority: "medium" })), ...own];
}
