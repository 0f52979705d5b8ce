import type { Grant } from "../continuation/grant.ts";
import { describePause } from "../continuation/decide.ts";
import { isPlanning, type Mode } from "../continuation/mode.ts";
import { neutralizeLine } from "./neutralize.ts";
import { describeRest, isoTime } from "./time.ts";

/** What an agent may do by itself, as people see it. Times are milliseconds since the epoch. */
export interface StandingView {
  readonly mode?: Mode;
  readonly grant?: Pick<Grant, (typeof GRANT_FIELDS)[number]>;
  /** Nothing is continued until a person allows it again. */
  readonly stopped?: { readonly at: number; readonly session: string; readonly why?: string };
}

const GRANT_FIELDS = [
  "person",
  "at",
  "plan",
  "turns",
  "used",
  "tokens",
  "tokensUsed",
  "until",
  "stall",
  "idle",
  "errors",
  "paused",
] as const satisfies readonly (keyof Grant)[];

/** What of a standing is shown. */
export function viewStanding({
  mode,
  grant,
  stopped,
}: Pick<StandingView, "mode" | "stopped"> & { readonly grant?: Grant }): StandingView {
  const shown = GRANT_FIELDS.flatMap((field) => (grant?.[field] === undefined ? [] : [[field, grant[field]]]));
  return {
    ...(mode === undefined ? {} : { mode }),
    ...(grant === undefined ? {} : { grant: Object.fromEntries(shown) as NonNullable<StandingView["grant"]> }),
    ...(stopped === undefined ? {} : { stopped }),
  };
}

/** What is left of a grant, or why there is none: `12 of 20 turns left, allowed by mo`. */
export function describeGrant({ grant, stopped }: StandingView, now: number): string {
  if (stopped !== undefined) {
    const why = stopped.why === undefined ? "" : `: ${neutralizeLine(stopped.why, 100)}`;
    return `no, ${neutralizeLine(stopped.session, 60)} said stop at ${isoTime(stopped.at)}${why}`;
  }
  if (grant === undefined) return "no, nobody has allowed it";
  const { turns, used, tokens, tokensUsed, until, paused, person, idle, stall } = grant;
  const parts = [`${turns - used} of ${turns} turns left`];
  if (tokens !== undefined) parts.push(`${Math.max(tokens - tokensUsed, 0)} of ${tokens} tokens`);
  if (until !== undefined) parts.push(until > now ? `for ${describeRest(until - now)}` : "its time is up");
  if (idle > 0) parts.push(`${idle} of ${stall} without progress`);
  parts.push(`allowed by ${neutralizeLine(person, 60)}`);
  if (paused !== undefined) parts.push(`rests: ${describePause(grant)}`);
  return parts.join(", ");
}

/** Mode and grant in one line; nothing where there is neither. */
export function describeAllowed(view: StandingView, now: number): string | undefined {
  const { mode, grant, stopped } = view;
  if (mode === undefined && grant === undefined && stopped === undefined) return undefined;
  const rest = grant === undefined && stopped === undefined ? "" : `; by itself: ${describeGrant(view, now)}`;
  return `${mode ?? "not set"}${rest}`;
}

/** What a planning mode asks of the model; nothing in any other. */
export function describeMode(mode: Mode | undefined): string | undefined {
  if (mode === undefined || !isPlanning(mode)) return undefined;
  const what = mode === "plan" ? "the plan is being refined" : "a plan is being made";
  return `${mode}: ${what} with the person; read and ask, change the plan, implement nothing until they say proceed`;
}
