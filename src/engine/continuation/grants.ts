import type { Mode } from "../../continuation/mode.ts";
import type { JournalEvent } from "../../plan/record.ts";
import { ok, refused, type Result } from "../../plan/refusal.ts";
import { detectPerson } from "../../workspace/person.ts";
import type { WorkspaceState } from "../../workspace/facts.ts";
import { writerOf } from "../../workspace/sessions.ts";
import { standingOf, type SessionStanding } from "../../workspace/standings.ts";
import { workOf, type SessionWork } from "./session-work.ts";
import type { Workspace } from "../workspace.ts";

/** What a person allows. */
export interface Allowance {
  readonly turns: number;
  readonly tokens?: number;
  /** How long from now. */
  readonly forMs?: number;
  /** Turns without progress after which it rests. */
  readonly stall?: number;
}

/** How things stand for the one that a command is about. */
export interface Stand {
  /** The caller's session; in a shell without one a plan, for whoever writes it. */
  readonly subject: string;
  readonly work: SessionWork;
  readonly standing: SessionStanding;
}

/** The record of a grant. */
export const grantEvent = (
  subject: string,
  { plan, mark }: Pick<SessionWork, "plan" | "mark">,
  { turns, tokens, stall }: Allowance,
  until?: number,
): JournalEvent => ({
  type: "grant.given",
  subject,
  ...(plan === undefined ? {} : { plan }),
  turns,
  ...(tokens === undefined ? {} : { tokens }),
  ...(until === undefined ? {} : { until }),
  ...(stall === undefined ? {} : { stall }),
  mark,
});

/** Whom a command is about, and how that one stands. */
export function showStand(workspace: Workspace, plan: string | undefined): Result<Stand> {
  const facts = workspace.facts();
  if (!facts.ok) return facts;
  const choice = workspace.choose(plan);
  if (!choice.ok) return choice;
  const { state } = facts.value;
  const slug = choice.value.source === "none" ? undefined : choice.value.slug;
  const { session, source } = workspace.actor;
  if (source !== "shell") {
    const work = workOf(workspace, state, session, { plan: slug });
    return ok({ subject: session, work, standing: standingOf(state, session, work.plan) });
  }
  if (slug === undefined) {
    return refused("no-such-plan", "no plan is open here", { hint: "holdfast plan list, or --session <host>:<id>" });
  }
  const writer = writerOf(state, slug)?.session ?? "";
  const work = workOf(workspace, state, writer, { plan: slug });
  return ok({ subject: slug, work, standing: standingIn(workspace, state, slug) });
}

/** How the caller stands to a plan; in a shell without a session, how its writer does. */
export function standingIn(workspace: Workspace, state: WorkspaceState, plan: string): SessionStanding {
  const { session, source } = workspace.actor;
  return standingOf(state, source === "shell" ? (writerOf(state, plan)?.session ?? "") : session, plan);
}

/** Lets an agent go on by itself. Takes a person. */
export async function giveGrant(
  workspace: Workspace,
  plan: string | undefined,
  allowance: Allowance,
): Promise<Result<Stand>> {
  return act(workspace, plan, "let an agent go on by itself", ({ subject, work }) => {
    const { forMs } = allowance;
    const until = forMs === undefined ? undefined : workspace.now() + forMs;
    return [grantEvent(subject, work, allowance, until)];
  });
}

/** Ends what was allowed, until a person allows something again. Open to all. */
export async function stopGoingOn(
  workspace: Workspace,
  plan: string | undefined,
  why: string | undefined,
): Promise<Result<Stand>> {
  return act(workspace, plan, undefined, ({ subject }) => [
    { type: "grant.revoked", subject, ...(why === undefined ? {} : { why }) },
  ]);
}

/** Sets the mode. Planning modes are open to all; to proceed takes a person. */
export async function setMode(workspace: Workspace, plan: string | undefined, mode: Mode): Promise<Result<Stand>> {
  const what = mode === "proceed" ? "let an agent proceed" : undefined;
  return act(workspace, plan, what, ({ subject }) => [{ type: "mode.set", subject, mode }]);
}

/** Writes what follows for the one that a command is about; `personOnly` says what only a person can do. */
async function act(
  workspace: Workspace,
  plan: string | undefined,
  personOnly: string | undefined,
  eventsFor: (stand: Stand) => readonly JournalEvent[],
): Promise<Result<Stand>> {
  const by = await workspace.author(undefined);
  if (!by.ok) return by;
  if (personOnly !== undefined && by.value.person === undefined) return refusePerson(workspace, personOnly);
  if (workspace.actor.source === "shell") {
    const meant = workspace.chosen(plan);
    if (!meant.ok) return meant;
  }
  const before = showStand(workspace, plan);
  const facts = workspace.facts();
  if (!before.ok) return before;
  if (!facts.ok) return facts;
  const written = facts.value.write(by.value, eventsFor(before.value));
  return written.ok ? showStand(workspace, plan) : written;
}

async function refusePerson(workspace: Workspace, what: string): Promise<Result<never>> {
  const { env, isTerminal = false } = workspace.caller;
  const found = await detectPerson({ env, isTerminal });
  const why = found.ok ? "" : ` ${found.refusal.message}`;
  return refused("needs-a-person", `Only a person can ${what}.${why}`, {
    hint: "The person types it in a terminal of their own, or says proceed in the conversation.",
  });
}
