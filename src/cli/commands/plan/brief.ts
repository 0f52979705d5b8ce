import { parseDuration } from "../../../engine/duration.ts";
import { missingBriefFields, type BriefField } from "../../../engine/plans/plan-view.ts";
import { counted } from "../../../plan/counted.ts";
import { ok, refused, type Result } from "../../../plan/refusal.ts";
import type { Severity } from "../../../plan/severity.ts";
import type { Brief, GateLevel, Pace } from "../../../plan/state.ts";
import type { Input } from "../../command.ts";
import type { briefOptions, settingOptions } from "./options.ts";

type GivenBrief = Input<{ path: ["x"]; summary: ""; examples: []; options: typeof briefOptions }>["options"];
type GivenSettings = Input<{ path: ["x"]; summary: ""; examples: []; options: typeof settingOptions }>["options"];

/** The lists of a brief, and the option that each is given by. */
export const LISTS = {
  acceptance: "accept",
  constraints: "constraint",
  nonGoals: "non-goal",
  openQuestions: "question",
  edgeCases: "edge-case",
  verification: "verify",
} as const satisfies Partial<Record<BriefField, keyof GivenBrief>>;

export type ListField = keyof typeof LISTS;

/** The options that give the fields of a brief. */
const OPTION_OF: Readonly<Record<BriefField, string>> = { goal: "goal", doneWhen: "done-when", ...LISTS };

export const listFields = Object.keys(LISTS) as readonly ListField[];

/** The parts of a brief that were given; lists hold what was given only. */
export function givenBrief(options: GivenBrief): Partial<Brief> {
  const lists = listFields.flatMap((field) => {
    const items = options[LISTS[field]];
    return items.length === 0 ? [] : [[field, items] as const];
  });
  return {
    ...(options.goal === undefined ? {} : { goal: options.goal }),
    ...(options["done-when"] === undefined ? {} : { doneWhen: options["done-when"] }),
    ...Object.fromEntries(lists),
  };
}

export interface GivenPlanSettings {
  readonly planType?: "implementation" | "design" | "deep";
  readonly onBlocked?: "stop" | "others";
  readonly pace?: Pace;
  readonly level?: GateLevel;
  readonly blocks?: Severity;
  readonly reviewers?: readonly string[];
  readonly leaseMs?: number;
}

const LONGEST_LEASE_MS = 7 * 86_400_000;

export function givenSettings(options: GivenSettings): Result<GivenPlanSettings> {
  const { type, lease } = options;
  const leaseMs = lease === undefined ? undefined : parseDuration(lease);
  if (lease !== undefined && (leaseMs === undefined || leaseMs < 60_000 || leaseMs > LONGEST_LEASE_MS)) {
    return refused(
      "usage-invalid-value",
      `--lease takes a duration from 1m to 7d, such as 15m; not ${JSON.stringify(lease.slice(0, 60))}`,
    );
  }
  return ok({
    ...(type === undefined ? {} : { planType: type }),
    ...(options["on-blocked"] === undefined ? {} : { onBlocked: options["on-blocked"] }),
    ...(options.pace === undefined ? {} : { pace: options.pace }),
    ...(options.level === undefined ? {} : { level: options.level }),
    ...(options.blocks === undefined ? {} : { blocks: options.blocks }),
    ...(options.reviewer.length === 0 ? {} : { reviewers: options.reviewer }),
    ...(leaseMs === undefined ? {} : { leaseMs }),
  });
}

/** What a brief still lacks, with the options that give it; undefined where it lacks nothing. */
export function describeMissing(brief: Brief): string | undefined {
  const missing = missingBriefFields(brief);
  if (missing.length === 0) return undefined;
  const options = missing.map((field) => `--${OPTION_OF[field]}`);
  return `the brief lacks ${counted(missing.length, "thing")}: holdfast plan edit ${options.join(" … ")} …`;
}

/** The repositories of a scope, the primary one first. */
export const withPrimary = (repos: readonly string[], primary: string | undefined): readonly string[] =>
  primary === undefined ? repos : [primary, ...repos.filter((id) => id !== primary)];
