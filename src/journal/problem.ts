import type { CloneId } from "../plan/record.ts";

/** Something about the files that a person should know; the fold goes on in spite of it. */
export interface JournalProblem {
  readonly reason: "torn-line" | "gap" | "newer-format" | "journal-shrunk" | "published-unreadable" | "absorb-failed";
  readonly clone: CloneId;
  readonly file: string;
  /** Byte offset of the line that it is about. */
  readonly offset?: number;
  readonly message: string;
}

const KEPT = 1000;

/** Collects problems, each once, and no more than a thousand of them. */
export class ProblemList {
  readonly #byPlace = new Map<string, JournalProblem>();

  add(problem: JournalProblem): void {
    const place = `${problem.reason} ${problem.file} ${problem.offset ?? ""}`;
    if (this.#byPlace.size < KEPT || this.#byPlace.has(place)) this.#byPlace.set(place, problem);
  }

  /** Forgets what a condition that has passed had caused. */
  drop(reason: JournalProblem["reason"], file: string): void {
    this.#byPlace.delete(`${reason} ${file} `);
  }

  clear(): void {
    this.#byPlace.clear();
  }

  list(): readonly JournalProblem[] {
    return [...this.#byPlace.values()];
  }
}
