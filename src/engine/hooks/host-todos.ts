import { isPlanItem, type ListItem } from "../../context/plan-item.ts";
import type { SessionMemory } from "./session-memory.ts";
import type { HostTodos } from "../continuation/session-work.ts";

/** What a host's list says of what is left; what a plan put into it is the plan's to say. */
export function countItems(items: readonly ListItem[]): HostTodos {
  const own = items.filter(({ content }) => !isPlanItem(content));
  return {
    open: own.filter(isOpen).map(({ content }) => content),
    done: own.filter(({ status }) => status === "completed").length,
  };
}

/** What the conversation's own list said last, where the host has one that hooks see. */
export const todosIn = ({ items }: SessionMemory): { readonly todos?: HostTodos } =>
  items.size === 0 ? {} : { todos: countItems([...items.values()]) };

const isOpen = ({ status }: ListItem): boolean => status === "pending" || status === "in_progress";
