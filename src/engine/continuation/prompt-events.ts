import { isSpent, PROCEED_TURNS, SMALL_TURNS, type Grant } from "../../continuation/grant.ts";
import { isMode, isPlanning, type Mode } from "../../continuation/mode.ts";
import { asksToGoOn, asksToStop, holdfastCommand } from "../../continuation/phrases.ts";
import type { JournalEvent } from "../../plan/record.ts";
import type { WorkspaceState } from "../../workspace/facts.ts";
import { isSelectable, resolvePlan } from "../../workspace/resolve-plan.ts";
import { bindingOf } from "../../workspace/sessions.ts";
import type { SessionStanding } from "../../workspace/standings.ts";
import { grantEvent } from "./grants.ts";
import type { SessionWork } from "./session-work.ts";
import type { Workspace } from "../workspace.ts";

/** Who says proceed without being bound means the plan that stands out here. */
export function planMeant(
  workspace: Workspace,
  state: WorkspaceState,
  { session, text }: { readonly session: string; readonly text: string },
): string | undefined {
  if (bindingOf(state, session) !== undefined || holdfastCommand(text) !== "proceed") return undefined;
  const plans = workspace.list();
  const here = workspace.planHere(state);
  const choice = resolvePlan({ session, ...(here === undefined ? {} : { here }), state, plans });
  if (!choice.ok || choice.value.source === "none") return undefined;
  const { source, slug } = choice.value;
  const isOneOfMany = source === "latest" && plans.filter(isSelectable).length > 1;
  const isDamaged = plans.some((plan) => plan.slug === slug && plan.status === "none");
  return isOneOfMany || isDamaged ? undefined : slug;
}

/** Whether a prompt can matter where nothing was ever allowed: a command of ours, or a go-ahead. */
export const saysAnything = (text: string): boolean => holdfastCommand(text) !== undefined || asksToGoOn(text);

/** What a person's prompt has recorded about going on; nothing where nothing follows. */
export function promptEvents(
  workspace: Workspace,
  text: string,
  standing: SessionStanding,
  work: SessionWork,
): readonly JournalEvent[] {
  const command = holdfastCommand(text);
  if (command === "proceed") return proceedEvents(standing, work);
  if (command === "stop") return stopEvents(standing);
  if (command !== undefined && isMode(command)) return modeEvents(standing, command);
  // To look, to turn to another plan or to put one away is no word about going on.
  if (command !== undefined) return [];
  if (asksToStop(text)) return stopEvents(standing);
  if (saysProceed(text, standing, work)) return proceedEvents(standing, work);
  return renewEvents(workspace, standing, work);
}

/** Mere "go on" is a yes to a plan that is being executed; while it is being made it means the making. */
function saysProceed(text: string, { mode, isApproved }: SessionStanding, { phase, work }: SessionWork): boolean {
  if (work?.kind !== "plan" || work.isObserver || !asksToGoOn(text)) return false;
  const isExecuting = phase === "execute" && isApproved && (mode === undefined || !isPlanning(mode));
  return isExecuting || /\b(?:proceed|implement|go ahead)\b/i.test(text);
}

/** A grant that is larger already is not made smaller by saying proceed again. */
function proceedEvents({ grant, mode, stopped, isApproved, subject, session }: SessionStanding, work: SessionWork) {
  const turns = PROCEED_TURNS;
  if (grant === undefined || stopped !== undefined || !isApproved) return [grantEvent(session, work, { turns })];
  const about = work.plan === undefined ? {} : { plan: work.plan };
  const proceed = mode === "proceed" ? [] : [{ type: "mode.set", subject: session, mode: "proceed" }];
  return [{ type: "grant.renewed", subject, ...about, turns, mark: work.mark }, ...proceed];
}

/** Nothing is to be stopped where nothing could go on. */
function stopEvents({ session, grant, isApproved, stopped }: SessionStanding): readonly JournalEvent[] {
  if (stopped !== undefined || (grant === undefined && !isApproved)) return [];
  return [{ type: "grant.revoked", subject: session, why: "the person said so" }];
}

const modeEvents = ({ session, mode }: SessionStanding, wanted: Mode): readonly JournalEvent[] =>
  mode === wanted ? [] : [{ type: "mode.set", subject: session, mode: wanted }];

/**
 * What a person's word renews: a small grant while their session holds a task of a plan that they have approved and
 * that is being executed; without that, a grant that rests and has turns left goes on.
 */
function renewEvents(workspace: Workspace, standing: SessionStanding, work: SessionWork): readonly JournalEvent[] {
  const { grant, mode, stopped, isApproved, subject } = standing;
  if (stopped !== undefined || (mode !== undefined && isPlanning(mode))) return [];
  const { plan, phase, mark } = work;
  const holds = work.work?.kind === "plan" && work.work.own > 0 && phase === "execute";
  const about = plan === undefined ? {} : { plan };
  if (holds && isApproved) {
    const isFresh = grant !== undefined && isUntouched(grant) && grant.turns - grant.used >= SMALL_TURNS;
    if (isFresh && !isSpent(grant, workspace.now())) return [];
    return [{ type: "grant.renewed", subject, ...about, turns: SMALL_TURNS, mark }];
  }
  if (grant === undefined || isUntouched(grant) || isSpent(grant, workspace.now())) return [];
  return [{ type: "grant.renewed", subject, ...about, turns: 0, mark }];
}

const isUntouched = ({ paused, idle, errors }: Grant): boolean => paused === undefined && idle === 0 && errors === 0;

/** Whether a person said yes to the plan by it. */
export const isYes = ([event]: readonly JournalEvent[]): boolean => event?.["turns"] === PROCEED_TURNS;

/** What the person is told of it. */
export function noticeOf([event]: readonly JournalEvent[], { session }: SessionStanding): string | undefined {
  if (event?.type === "grant.revoked") return `Holdfast sends ${session} back to work no more, until you say proceed.`;
  if (event === undefined || !isYes([event])) return undefined;
  return `Holdfast lets ${session} go on by itself for up to ${PROCEED_TURNS} turns; say stop to end it.`;
}
