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

  /** Forgets what was said about a file as a whole: it is looked at anew. */
  forgetFile(file: string): void {
    for (const [place, problem] of this.#byPlace) {
      if (problem.file === file && problem.offset === undefined) this.#byPlace.delete(place);
    }
  }

  /** Forgets what was said about lines: all of them are read anew. */
  forgetLines(): void {
    for (const [place, problem] of this.#byPlace) if (problem.offset !== undefined) this.#byPlace.delete(place);
  }

  list(): readonly JournalProblem[] {
    return [...this.#byPlace.values()];
  }
}
