import type { PlanSettings } from "../commands.ts";
import { BRIEF_FIELDS } from "../events.ts";
import { validateId } from "../names.ts";
import { refuse, type Refusal } from "../refusal.ts";
import { misshapen } from "../shape.ts";
import { SEVERITIES } from "../severity.ts";
import { GATE_LEVELS, PACES, type Brief } from "../state.ts";

const TYPES: readonly unknown[] = ["implementation", "design", "deep"];
const ON_BLOCKED: readonly unknown[] = ["stop", "others"];

const WORDS: readonly (readonly [field: "pace" | "level" | "blocks", words: readonly unknown[]])[] = [
  ["pace", PACES],
  ["level", GATE_LEVELS],
  ["blocks", SEVERITIES],
];

interface PlanInput extends PlanSettings {
  readonly title?: string;
  readonly brief?: Partial<Brief>;
}

/** Reviewers that could never report: they go by names like ids. */
export const checkReviewers = (reviewers: readonly string[] | undefined, place: string): readonly Refusal[] =>
  (reviewers ?? []).flatMap((name, index) => {
    const valid = validateId(name);
    return valid.ok ? [] : [{ ...valid.refusal, place: `${place}[${index}]` }];
  });

/** The errors in a plan's title, settings and brief, each with its place. */
export function checkPlan(input: PlanInput): readonly Refusal[] {
  const { title, brief, planType, onBlocked, leaseMs, repos, reviewers } = input;
  const errors: Refusal[] = [];
  const bad = (place: string, message: string) => errors.push(refuse("bad-value", message, { place }));
  if (title !== undefined && (typeof title !== "string" || title.trim() === "")) bad("title", "a plan needs a title");
  if (planType !== undefined && !TYPES.includes(planType)) {
    bad("planType", `a plan is of type ${TYPES.join(", ")}, not ${JSON.stringify(planType)}`);
  }
  if (onBlocked !== undefined && !ON_BLOCKED.includes(onBlocked)) {
    bad(
      "onBlocked",
      `a blocked task lets a plan ${ON_BLOCKED.join(" or go on with ")}, not ${JSON.stringify(onBlocked)}`,
    );
  }
  if (leaseMs !== undefined && !(Number.isFinite(leaseMs) && leaseMs > 0)) {
    bad("leaseMs", `a lease is a positive number of milliseconds, not ${JSON.stringify(leaseMs)}`);
  }
  if (repos !== undefined && misshapen({ repos }, { repos: "strings" }) !== undefined) {
    bad("repos", "repositories are a list of their ids");
  }
  for (const [field, words] of WORDS) {
    const given: unknown = input[field];
    if (given === undefined || words.includes(given)) continue;
    bad(field, `${field} is one of ${words.join(", ")}, not ${JSON.stringify(given)}`);
  }
  if (reviewers !== undefined && misshapen({ reviewers }, { reviewers: "strings" }) !== undefined) {
    bad("reviewers", "reviewers are a list of their names");
  } else errors.push(...checkReviewers(reviewers, "reviewers"));
  if (brief === undefined) return errors;
  for (const [field, shape] of Object.entries(BRIEF_FIELDS)) {
    if (misshapen(brief, { [field]: shape }) === undefined) continue;
    bad(`brief.${field}`, `the brief's ${field} is ${shape === "strings?" ? "a list of texts" : "a text"}`);
  }
  return errors;
}
