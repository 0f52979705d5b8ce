import { omit } from "./omit.ts";
import type { Brief } from "./state.ts";

/** The parts of a brief that are one text; one that was taken away is not there. */
export const BRIEF_TEXTS = ["goal", "doneWhen"] as const satisfies readonly (keyof Brief)[];

/** A text in which nothing is said takes away what was there. */
export const withoutEmptyTexts = <B extends { readonly [F in keyof Brief]?: unknown }>(brief: B): B =>
  omit(brief, ...BRIEF_TEXTS.filter((field) => isEmpty(brief[field]))) as B;

const isEmpty = (text: unknown): boolean => typeof text === "string" && text.trim() === "";
