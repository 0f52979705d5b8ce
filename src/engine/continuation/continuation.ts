import { decideTurn, type Decision, type Stop } from "../../continuation/decide.ts";
import { usedSince, type Grant } from "../../continuation/grant.ts";
import { isOwnPrompt } from "../../continuation/prompts.ts";
import type { EndedTurn } from "../../continuation/snapshot.ts";
import type { Author, JournalEvent } from "../../plan/record.ts";
import { ok, type Result } from "../../plan/refusal.ts";
import { accountName } from "../../workspace/actor.ts";
import { isHeadless, isHeadlessByEnv } from "../../workspace/headless.ts";
import { thisMachine } from "../../workspace/machine.ts";
import { standingOf, type SessionStanding } from "../../workspace/standings.ts";
import type { Facts } from "../facts.ts";
import { isGenuine } from "./grant-seals.ts";
import { isYes, noticeOf, planMeant, promptEvents, saysAnything } from "./prompt-events.ts";
import { workOf, type HostTodos, type SessionWork } from "./session-work.ts";
import type { Workspace } from "../workspace.ts";

/** A turn that ended, as a host event tells of it, and what only some hosts know. */
export interface TurnEnd {
  /** `<host>:<id>`, of the main agent. */
  readonly session: string;
  readonly agent?: string;
  /** The same turn asked about again, e.g. after a wait, is the same turn. */
  readonly id?: string;
  readonly ending: EndedTurn["ending"];
  readonly isContinued: boolean;
  readonly backgroundTasks: number;
  readonly lastMessage?: string;
  readonly agentName?: string;
  /** Nobody sits at the host; found out from the environment where absent. */
  readonly isHeadless?: boolean;
  /** The host waits for an answer or a permission of the person. */
  readonly isAwaited?: boolean;
  /** An error that will come again. */
  readonly isFatal?: boolean;
  /** What the turn used; where the host counts the whole conversation, `meter` tells that, and is asked if it matters. */
  readonly tokens?: number;
  readonly meter?: () => number | undefined;
  readonly todos?: HostTodos;
}

/** A turn with all that was found out about it. */
type KnownTurn = TurnEnd & { readonly count?: number };

export interface TurnAnswer {
  /** The prompt of the next turn; recorded before it is given. */
  readonly goOn?: string;
  /** For the person. */
  readonly notice?: string;
  /** Why, in words. */
  readonly why: string;
  /** After an error: ask again about the same turn after this time. */
  readonly waitMs?: number;
}

/**
 * Whether a turn that ended is followed by another. A continuation is recorded first and answered then, so that it is
 * given once, whoever asks and whatever is killed. Writes nothing where there is no grant.
 */
export async function continueTurn(workspace: Workspace, turn: TurnEnd): Promise<Result<TurnAnswer>> {
  if (!workspace.exists) return ok({ why: "there is no workspace" });
  const facts = workspace.facts();
  if (!facts.ok) return facts;
  if (facts.value.tooOld !== undefined) return { ok: false, refusal: facts.value.tooOld };
  const { session } = turn;
  if (facts.value.state.standings.size === 0) return ok({ why: "no person has let anything go on by itself" });
  const work = workOf(workspace, facts.value.state, session, { todos: turn.todos });
  const before = standingOf(facts.value.state, session, work.plan);
  const failed = noteFailure(workspace, facts.value, turn, before);
  const standing = failed ? standingOf(facts.value.state, session, work.plan) : before;
  const isUnattended = turn.isHeadless ?? (standing.grant !== undefined && (await isHeadless(workspace.caller.env)));
  const meter = standing.grant?.tokens === undefined || turn.tokens !== undefined ? undefined : turn.meter?.();
  const tokens = meter === undefined ? turn.tokens : usedSince(standing.grant!, meter);
  const known: KnownTurn = {
    ...turn,
    isHeadless: isUnattended,
    ...(tokens === undefined ? {} : { tokens }),
    ...(meter === undefined ? {} : { count: meter }),
  };
  const decision = decideTurn(snapshotOf(workspace, known, standing, work));
  return answer(workspace, facts.value, known, standing, work, decision);
}

/** Counts an error against a grant that is there; the fold counts a turn that its host names once. */
function noteFailure(workspace: Workspace, facts: Facts, turn: TurnEnd, standing: SessionStanding): boolean {
  const { grant, subject, session, stopped } = standing;
  if (turn.ending !== "error" || turn.agent !== undefined) return false;
  if (grant === undefined || grant.paused !== undefined || stopped !== undefined) return false;
  const name = turn.id === undefined ? {} : { turn: turn.id };
  return facts.write(sessionAuthor(workspace, session), [
    { type: "turn.failed", subject, session, grant: grant.id, ...name },
  ]).ok;
}

const snapshotOf = (workspace: Workspace, turn: TurnEnd, standing: SessionStanding, work: SessionWork) => ({
  now: workspace.now(),
  turn: endedTurn(turn),
  ...(standing.grant === undefined ? {} : { grant: standing.grant }),
  ...(standing.mode === undefined ? {} : { mode: standing.mode }),
  isStopped: standing.stopped !== undefined,
  ...(work.work === undefined ? {} : { work: work.work }),
  mark: work.mark,
});

function endedTurn(turn: TurnEnd): EndedTurn {
  const { ending, isContinued, backgroundTasks, lastMessage, agentName, tokens } = turn;
  return {
    ending,
    isContinued,
    backgroundTasks,
    isFatal: turn.isFatal === true,
    isAwaited: turn.isAwaited === true,
    isSubagent: turn.agent !== undefined,
    isHeadless: turn.isHeadless === true,
    ...(lastMessage === undefined ? {} : { lastMessage }),
    ...(agentName === undefined ? {} : { agentName }),
    ...(tokens === undefined ? {} : { tokens }),
  };
}

function answer(
  workspace: Workspace,
  facts: Facts,
  turn: KnownTurn,
  standing: SessionStanding,
  work: SessionWork,
  decision: Decision,
): Result<TurnAnswer> {
  const { grant, subject, session } = standing;
  if (decision.kind === "stop") {
    // Who was faster has told the person.
    const isTold = decision.pause === undefined || grant === undefined;
    const isOurs = isTold || facts.write(sessionAuthor(workspace, session), [pauseEvent(standing, grant, decision)]).ok;
    return ok(stopAnswer(decision, isOurs));
  }
  if (!isGenuine(workspace, grant!)) return ok(FORGED);
  const { kind, number, prompt, why } = decision;
  const continued: JournalEvent = {
    type: "turn.continued",
    subject,
    session,
    grant: grant!.id,
    number,
    mark: work.mark,
    ...(turn.id === undefined ? {} : { turn: turn.id }),
    ...(turn.tokens === undefined ? {} : { tokens: turn.tokens }),
    ...(turn.count === undefined ? {} : { meter: turn.count }),
    ...(kind === "wrap-up" ? { isLast: true } : {}),
    ...(turn.ending === "error" ? { after: "error" } : {}),
  };
  const written = facts.write(sessionAuthor(workspace, session), [continued]);
  if (written.ok) return ok({ goOn: prompt, why });
  return LOST.has(written.refusal.reason) ? ok({ why: written.refusal.message }) : written;
}

const FORGED: TurnAnswer = {
  why: "the records that gave the grant are not as a person's act left them",
  notice:
    "Holdfast does not go on: the records of its grant are not as a person's act left them (holdfast journal verify).",
};

/** Somebody else was faster: another instance continued, or a person stopped it. */
const LOST: ReadonlySet<string> = new Set(["not-continued", "grant-stopped", "no-grant", "not-your-grant"]);

const pauseEvent = ({ subject, session }: SessionStanding, grant: Grant, { pause }: Stop): JournalEvent => ({
  type: "grant.paused",
  subject,
  session,
  grant: grant.id,
  why: pause,
});

const stopAnswer = ({ why, notice, waitMs }: Stop, isOurs: boolean): TurnAnswer => ({
  why,
  ...(notice === undefined || !isOurs ? {} : { notice }),
  ...(waitMs === undefined ? {} : { waitMs }),
});

/** A prompt of a session, as its host tells of it. */
export interface Prompt {
  readonly session: string;
  readonly text: string;
  /** `person` only where it came by a way that no agent can take. */
  readonly by: "person" | "machine";
  readonly agent?: string;
  readonly isHeadless?: boolean;
  readonly todos?: HostTodos;
}

/**
 * What a prompt means for going on: a person's stop ends it, their command sets the mode, their `proceed` gives a
 * grant, and any other word of theirs renews what they have allowed. Writes nothing where nothing follows.
 */
export async function notePrompt(workspace: Workspace, prompt: Prompt): Promise<Result<{ readonly notice?: string }>> {
  const { session, text, by } = prompt;
  if (by !== "person" || prompt.agent !== undefined || isOwnPrompt(text) || !workspace.exists) return ok({});
  const facts = workspace.facts();
  if (!facts.ok) return facts;
  if (facts.value.tooOld !== undefined) return { ok: false, refusal: facts.value.tooOld };
  const { state } = facts.value;
  if (state.standings.size === 0 && !saysAnything(text)) return ok({});
  const work = workOf(workspace, state, session, { plan: planMeant(workspace, state, prompt), todos: prompt.todos });
  // A yes may have come before the session took up the plan that it is about; a stop ends that one too.
  const standing = standingOf(state, session, work.plan ?? state.standings.get(session)?.grant?.plan);
  const events = promptEvents(workspace, text, standing, work);
  const isNobodys = events.length === 0 || (prompt.isHeadless ?? (await isHeadless(workspace.caller.env)));
  if (isNobodys) return ok({});
  const author = { ...sessionAuthor(workspace, session), person: accountName() };
  const written = facts.value.write(author, events);
  if (!written.ok) return written;
  if (work.plan !== undefined && isYes(events)) {
    (await import("../proof/approve.ts")).approveAs(workspace, work.plan, author);
  }
  const notice = noticeOf(events, standing);
  return ok(notice === undefined ? {} : { notice });
}

/** A session's own records about itself: no person's act. */
const sessionAuthor = (workspace: Workspace, session: string): Author => {
  const worker = workspace.caller.env["HOLDFAST_WORKER"];
  return {
    session,
    role: "writer",
    machine: thisMachine(),
    ...(worker === undefined || worker === "" ? {} : { worker }),
  };
};

/** What a session is told at its start while a grant lives: to go on without being asked. */
export function grantLine(workspace: Workspace, session: string, todos?: HostTodos): string | undefined {
  const facts = workspace.exists ? workspace.facts() : undefined;
  if (facts?.ok !== true || facts.value.state.standings.size === 0) return undefined;
  const work = workOf(workspace, facts.value.state, session, { todos });
  const standing = standingOf(facts.value.state, session, work.plan);
  if (standing.grant === undefined || isHeadlessByEnv(workspace.caller.env) === true) return undefined;
  const turn = { session, ending: "clean", isContinued: false, backgroundTasks: 0, tokens: 0 } as const;
  const decision = decideTurn(snapshotOf(workspace, turn, standing, work));
  if (decision.kind === "stop") return undefined;
  const left = standing.grant.turns - standing.grant.used;
  return `Go on now with what is in hand or ready: the person has allowed it (${left} more turns without them).`;
}
