import { counted } from "../plan/counted.ts";
import { omit } from "../plan/omit.ts";

/** Why a grant rests until a person acts again. */
export const PAUSES = ["spent", "no-progress", "errors", "interrupted"] as const;

export type Pause = (typeof PAUSES)[number];

export const isPause = (text: string): text is Pause => (PAUSES as readonly string[]).includes(text);

/** How much unattended continuation a person has allowed, and what has become of it. Never changed in place. */
export interface Grant {
  /** The stamp of the record that gave it. */
  readonly id: string;
  readonly person: string;
  readonly at: number;
  /** The plan that it is for; absent where it is for whatever the session does. */
  readonly plan?: string;
  /** Continuations allowed in all, the wrap-up included. */
  readonly turns: number;
  readonly used: number;
  readonly tokens?: number;
  readonly tokensUsed: number;
  /** Where the host's own count of the conversation stood when a turn was last given. */
  readonly meter?: number;
  /** A moment after which nothing is continued. */
  readonly until?: number;
  /** Turns without progress after which it rests. */
  readonly stall: number;
  /** The most progress that was ever seen under it. */
  readonly mark: number;
  /** Continuations since the mark last rose. */
  readonly idle: number;
  /** Turns in a row that ended in an error. */
  readonly errors: number;
  readonly failedAt?: number;
  /** The host's name of the turn that was last continued, and of the one that last failed. */
  readonly turn?: string;
  readonly failedTurn?: string;
  /** The wrap-up has been sent. */
  readonly isWrapped: boolean;
  readonly paused?: Pause;
  /** The records in which a person gave and renewed it, the first first. */
  readonly acts: readonly string[];
}

/** What a person's prompt renews. */
export const SMALL_TURNS = 10;
/** What `proceed` gives. */
export const PROCEED_TURNS = 20;
export const MAX_TURNS = 1_000;
const DEFAULT_STALL = 3;

/** Renewals beyond these begin a new grant, so that what has to be checked of one stays little. */
const MAX_ACTS = 50;

export type NewGrant = Pick<Grant, "id" | "person" | "at" | "turns" | "mark"> &
  Partial<Pick<Grant, "plan" | "tokens" | "until" | "stall">>;

export const newGrant = ({ stall = DEFAULT_STALL, ...given }: NewGrant): Grant => ({
  ...given,
  stall,
  used: 0,
  tokensUsed: 0,
  idle: 0,
  errors: 0,
  isWrapped: false,
  acts: [given.id],
});

/** Nothing is left of it, in turns, tokens or time. */
export const isSpent = (grant: Grant, now: number): boolean =>
  grant.used >= grant.turns || grant.isWrapped || isOverBudget(grant, now);

/** Its tokens or its time are used up, whatever turns are left. */
export const isOverBudget = ({ tokens, tokensUsed, until }: Grant, now: number, more = 0): boolean =>
  (tokens !== undefined && tokensUsed + more >= tokens) || (until !== undefined && now >= until);

/** A person's renewal: at least `turns` are left afterwards, and nothing that was spent is forgotten. */
export function renewGrant(grant: Grant, act: NewGrant): Grant {
  if (isSpent(grant, act.at) || grant.acts.length >= MAX_ACTS) return newGrant(act);
  const renewed = {
    ...omit(grant, "paused"),
    turns: Math.max(grant.turns, grant.used + act.turns),
    mark: Math.max(grant.mark, act.mark),
    idle: 0,
    errors: 0,
    acts: [...grant.acts, act.id],
  };
  return renewed;
}

export interface Continued {
  readonly number: number;
  readonly mark: number;
  readonly turn?: string;
  readonly tokens?: number;
  readonly meter?: number;
  readonly isLast: boolean;
  readonly after: "clean" | "error";
}

/** Why a continuation does not fit its grant; undefined where it does. */
export function whyNotContinue(grant: Grant, { number, turn }: Continued): string | undefined {
  if (grant.paused !== undefined) return `the grant rests: ${grant.paused}`;
  if (grant.isWrapped) return "the grant has been wrapped up";
  if (number !== grant.used + 1) return `turn ${number} was given already`;
  if (number > grant.turns) return `the grant is of ${counted(grant.turns, "turn")}`;
  if (turn !== undefined && turn === grant.turn) return "this turn was continued already";
  return undefined;
}

export function takeTurn(grant: Grant, { number, mark, turn, tokens = 0, meter, isLast, after }: Continued): Grant {
  const hasProgress = mark > grant.mark;
  return {
    ...grant,
    used: number,
    tokensUsed: grant.tokensUsed + tokens,
    mark: Math.max(grant.mark, mark),
    idle: hasProgress ? 1 : grant.idle + 1,
    errors: after === "error" ? grant.errors : 0,
    ...(turn !== undefined && { turn }),
    ...(meter !== undefined && { meter }),
    isWrapped: isLast,
  };
}

/**
 * What was used since the last turn was given, by the host's count of the conversation. The first count, and that of
 * another conversation, tell of nothing that was unattended.
 */
export const usedSince = ({ meter }: Grant, now: number): number =>
  meter === undefined || now < meter ? 0 : now - meter;

export const failTurn = (grant: Grant, at: number, turn: string | undefined): Grant => ({
  ...grant,
  errors: grant.errors + 1,
  failedAt: at,
  ...(turn !== undefined && { failedTurn: turn }),
});
