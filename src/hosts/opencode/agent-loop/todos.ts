import { fieldsOf, textOf } from "./event.ts";

export interface OpenTodo {
  readonly content: string;
  readonly status: string;
}

export interface Todos {
  /** Pending or in progress: what is blocked waits for somebody else. */
  readonly open: readonly OpenTodo[];
  readonly done: readonly string[];
  readonly total: number;
}

export const NO_TODOS: Todos = { open: [], done: [], total: 0 };

const LONGEST_LIST = 1_000;

/** The todos of a session as its host tells them; anything else is no list. */
export function todosOf(value: unknown): Todos | undefined {
  if (!Array.isArray(value)) return undefined;
  const all = value.slice(0, LONGEST_LIST).flatMap((item: unknown) => {
    const { content, status } = fieldsOf(item);
    return textOf(content) === undefined ? [] : [{ content: String(content), status: textOf(status) ?? "pending" }];
  });
  return {
    open: all.filter(({ status }) => status === "pending" || status === "in_progress"),
    done: all.filter(({ status }) => status === "completed").map(({ content }) => content),
    total: all.length,
  };
}

const MOST_REMEMBERED = 2_000;
const keyOf = (content: string): string => content.trim().toLowerCase().replace(/\s+/g, " ").slice(0, 400);

/**
 * How far the work on a list of todos is: it grows when one that was seen open is first seen done. An item that is
 * reworded, opened again or added as done counts for nothing.
 */
export class TodoProgress {
  readonly #open = new Set<string>();
  readonly #done = new Set<string>();
  #mark = 0;

  get mark(): number {
    return this.#mark;
  }

  see({ open, done }: Todos): void {
    for (const content of done) {
      const key = keyOf(content);
      if (this.#open.has(key) && !this.#done.has(key)) this.#mark += 1;
      if (this.#done.size < MOST_REMEMBERED) this.#done.add(key);
    }
    for (const { content } of open) if (this.#open.size < MOST_REMEMBERED) this.#open.add(keyOf(content));
  }
}
