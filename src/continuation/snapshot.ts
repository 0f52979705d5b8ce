import type { Grant } from "./grant.ts";
import type { Mode } from "./mode.ts";

/** The turn that has just ended, as far as its host tells. */
export interface EndedTurn {
  readonly ending: "clean" | "error" | "interrupted";
  /** Trying again cannot help, e.g. where the key was refused. */
  readonly isFatal: boolean;
  /** A subagent's, whose parent goes on by itself. */
  readonly isSubagent: boolean;
  /** Nobody sits at it, and Holdfast did not start it. */
  readonly isHeadless: boolean;
  /** It followed a continuation, not a person's prompt. */
  readonly isContinued: boolean;
  /** Work that goes on beside it and will wake the agent. */
  readonly backgroundTasks: number;
  /** The host shows the person a question or a permission to give. */
  readonly isAwaited: boolean;
  readonly lastMessage?: string;
  /** The host's own name of the agent, e.g. `plan`. */
  readonly agentName?: string;
  /** What it used, where the host says. */
  readonly tokens?: number;
}

/** What a plan has left, for one session. */
export interface PlanWork {
  readonly kind: "plan";
  readonly slug: string;
  readonly status: string;
  /** A session that only looks on has nothing to do. */
  readonly isObserver: boolean;
  readonly open: number;
  readonly ready: number;
  /** Held by this session, and by others. */
  readonly own: number;
  readonly others: number;
  readonly implemented: number;
  /** Blocked or failed. */
  readonly stopped: number;
  readonly needsPerson: number;
  /** A blocked task stops the others too, as this plan says. */
  readonly isHeldUp: boolean;
  /** The first that stopped, with why: `T5: no staging database`. */
  readonly blocker?: string;
  readonly inHand?: string;
  readonly firstReady?: string;
  readonly next?: string;
}

/** What is left where no plan is bound: a goal, and what the host's own list of todos says. */
export interface LooseWork {
  readonly kind: "loose";
  readonly goal?: { readonly title: string; readonly doneWhen?: string; readonly isCompleted: boolean };
  readonly todos?: { readonly open: number; readonly items: readonly string[] };
}

/** All that the decision looks at. */
export interface Snapshot {
  readonly now: number;
  readonly turn: EndedTurn;
  readonly grant?: Grant;
  readonly mode?: Mode;
  readonly isStopped: boolean;
  readonly work?: PlanWork | LooseWork;
  /** How far the work is: grows with tasks first implemented or done, criteria proven, findings resolved, todos done. */
  readonly mark: number;
}
