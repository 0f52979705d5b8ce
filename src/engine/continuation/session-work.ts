import type { LooseWork, PlanWork } from "../../continuation/snapshot.ts";
import type { Head } from "../../context/head.ts";
import type { WorkspaceState } from "../../workspace/facts.ts";
import { goalOf, isUnfinished } from "../../workspace/goals.ts";
import { bindingOf } from "../../workspace/sessions.ts";
import { headOfPlan } from "../plans/head-of-plan.ts";
import type { Workspace } from "../workspace.ts";

/** What a session has left to do, and how far it is. */
export interface SessionWork {
  /** The plan that it is bound to, or holds a task of. */
  readonly plan?: string;
  /** Of that plan. */
  readonly phase?: string;
  readonly work?: PlanWork | LooseWork;
  readonly mark: number;
}

/** A host's own list of what is to be done. */
export interface HostTodos {
  readonly done: number;
  /** Those that are open, as they read. */
  readonly open: readonly string[];
}

export interface WorkOptions {
  /** Meant by name, whatever the session is bound to. */
  readonly plan?: string | undefined;
  readonly todos?: HostTodos | undefined;
}

/** What a session works on: the plan it is bound to, else one that it holds a task of, else its goal and its todos. */
export function workOf(
  workspace: Workspace,
  state: WorkspaceState,
  session: string,
  { plan: named, todos }: WorkOptions = {},
): SessionWork {
  const binding = bindingOf(state, session);
  const plan = named ?? binding?.plan;
  for (const slug of plan === undefined ? workspace.slugs() : [plan]) {
    const head = headOfPlan(workspace, slug);
    if (head === undefined) continue;
    const isObserver = binding?.plan === slug && binding.role === "observer";
    const work = planWork(head, session, isObserver);
    if (plan !== undefined || work.own > 0) return { plan: slug, phase: head.phase, work, mark: head.landed };
  }
  return looseWork(state, session, todos);
}

function planWork(head: Head, session: string, isObserver: boolean): PlanWork {
  const { counts, inHand, ready, blocked, needsPerson, contested = 0, nextAction } = head;
  // What its subagents hold is the session's own.
  const own = inHand.top.filter((task) => task.session === session || task.session.startsWith(`${session}+`));
  const [first] = own;
  const [firstReady] = ready.top;
  const [stopped] = blocked.top;
  return {
    kind: "plan",
    slug: head.slug,
    status: head.status,
    isObserver,
    open: counts.todo + counts.in_progress + counts.implemented + counts.blocked + counts.failed,
    ready: ready.count,
    own: own.length,
    others: inHand.count - own.length,
    // What waits for a person is nothing that the agent could go on with.
    implemented: counts.implemented - contested,
    stopped: blocked.count,
    needsPerson: needsPerson.count,
    isHeldUp: head.onBlocked === "stop" && counts.blocked > 0,
    ...(stopped === undefined ? {} : { blocker: `${stopped.id}: ${stopped.why}` }),
    ...(first === undefined ? {} : { inHand: `${first.id} ${first.title}` }),
    ...(firstReady === undefined ? {} : { firstReady: `${firstReady.id} ${firstReady.title}` }),
    ...(nextAction === undefined ? {} : { next: describeNext(nextAction) }),
  };
}

const describeNext = ({ what, file }: NonNullable<Head["nextAction"]>): string =>
  file === undefined ? what : `${what} (file: ${file})`;

function looseWork(state: WorkspaceState, session: string, todos: HostTodos | undefined): SessionWork {
  const goal = goalOf(state, session);
  const isOpen = goal !== undefined && isUnfinished(goal);
  const isCompleted = goal !== undefined && goal.status !== "active";
  const mark = (todos?.done ?? 0) + (isCompleted ? 1 : 0);
  const open = todos?.open ?? [];
  if (!isOpen && open.length === 0) return { mark };
  return {
    mark,
    work: {
      kind: "loose",
      ...(isOpen ? { goal: { title: goal.title, doneWhen: goal.doneWhen, isCompleted } } : {}),
      ...(open.length > 0 ? { todos: { open: open.length, items: open } } : {}),
    },
  };
}
