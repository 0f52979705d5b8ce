import type { ReadAssessment, ReadFinding } from "./severity-lines.ts";

export type ReviewFormat = "json" | "machine-summary" | "sections";

/** What a reviewer handed in, or why nothing can be made of it: never a pass that nobody gave. */
export type ReadReview =
  | {
      readonly kind: "review";
      readonly format: ReviewFormat;
      /** The task that it says it is about. */
      readonly task?: string;
      readonly reviewer?: string;
      /** The reviewer's own word; what is listed may block all the same. */
      readonly says?: "passed" | "blocked";
      readonly findings: readonly ReadFinding[];
      readonly assessments: readonly ReadAssessment[];
    }
  | CaptureFailed;

export interface CaptureFailed {
  readonly kind: "capture-failed";
  readonly why: string;
}

export const captureFailed = (why: string): CaptureFailed => ({ kind: "capture-failed", why });
