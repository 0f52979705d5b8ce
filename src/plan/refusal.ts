import type { Stamp } from "./record.ts";

/** Why something that was asked for did not happen, and the way out. */
export interface Refusal {
  /** Stable kebab-case name. */
  readonly reason: string;
  /** One sentence for a person. */
  readonly message: string;
  /** What to do instead. */
  readonly hint?: string;
  /** Where in the input, e.g. `tasks[2].parents[0]` or `holdfast.json:3:7`. */
  readonly place?: string;
  /** All the errors of an input, where there is more than one. */
  readonly details?: readonly Refusal[];
  /** The record that stands in the way; where its writer could not know of it, a merge lists a conflict. */
  readonly cause?: Stamp;
  /** What a program may want to know about it, e.g. who holds the task. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: Refusal };

export const ok = <T>(value: T): Result<T> => ({ ok: true, value });

export const refuse = (reason: string, message: string, more: Omit<Refusal, "reason" | "message"> = {}): Refusal => ({
  reason,
  message,
  ...more,
});

export const refused = (
  reason: string,
  message: string,
  more: Omit<Refusal, "reason" | "message"> = {},
): Result<never> => ({
  ok: false,
  refusal: refuse(reason, message, more),
});
