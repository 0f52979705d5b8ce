import type { Check, Proposal, TestNames } from "./check-state.ts";
import type { Criterion } from "./criteria.ts";
import type { CloneId, RecordId, Stamp } from "./record.ts";
import type { Reviews } from "./reviews.ts";
import type { Severity } from "./severity.ts";

/** Inside, a task is known by the record that added it and its place there: `<record id>.<index>`. */
export type TaskUid = string & { readonly __brand: "TaskUid" };

export type PlanType = "implementation" | "design" | "deep";
export type PlanStatus = "active" | "paused" | "blocked" | "verifying" | "done" | "archived" | "aborted";
export type TaskStatus = "todo" | "in_progress" | "implemented" | "done" | "blocked" | "failed" | "dropped";
export type PhaseStatus = "pending" | "in_progress" | "complete" | "blocked";
export type LaneKind = "discovery" | "spike" | "verify" | "review" | "catchup" | "other";
export type LaneStatus = "pending" | "running" | "blocked" | "complete" | "cancelled";
/** How a thing came to be called done: Holdfast saw its checks pass, or somebody said so. */
/** `unverified` is only ever shown: what it rests on is in the journal, but not as Holdfast writes it. */
export type Proof = "executed" | "observed" | "claimed" | "unverified";

/** Whether later waves wait until a wave has passed its gate, or each task until its parents are done. */
export type Pace = "waves" | "ready";
/** What a gate takes for proof: what Holdfast ran, what a host saw run, or somebody's word. The strictest first. */
export type GateLevel = "executed" | "observed" | "claimed";

export interface Brief {
  readonly goal?: string;
  readonly doneWhen?: string;
  readonly nonGoals: readonly string[];
  readonly acceptance: readonly string[];
  readonly constraints: readonly string[];
  readonly openQuestions: readonly string[];
  readonly edgeCases: readonly string[];
  readonly verification: readonly string[];
}

export interface Phase {
  readonly id: string;
  readonly title: string;
  readonly status: PhaseStatus;
  readonly doneWhen: readonly string[];
}

export interface NextAction {
  readonly what: string;
  readonly file?: string;
  readonly at: number;
  readonly session: string;
}

/** What was tried, why it failed and what would resolve it: nothing is blocked without all three. */
export interface Blocker {
  readonly tried: string;
  readonly why: string;
  readonly resolve: string;
  readonly at: number;
  readonly session: string;
}

export interface Confidence {
  /** 1 to 5; below 4 a person is asked. */
  readonly score: number;
  readonly why: string;
  readonly at: number;
  readonly session: string;
  /** A person's reason for going on all the same. */
  readonly waived?: string;
}

export interface Step {
  readonly text: string;
  readonly done: boolean;
}

/** What the checkouts of the plan's repositories were when an attempt began; each part by repository. */
export interface AttemptBase {
  /** Digests of content. A repository without one was not looked at: its commit alone is known. */
  readonly trees?: Readonly<Record<string, string>>;
  readonly commits?: Readonly<Record<string, string>>;
  /** Where the attempt works, from the workspace's root. */
  readonly places?: Readonly<Record<string, string>>;
}

/** What the list of an attempt's files rests on: the tree that it began on, its commit alone, or no more than tool events. */
export type FilesBasis = "tree" | "commit" | "events";

/** The files that an attempt changed, as Holdfast saw it; of long lists the beginning. */
export interface AttemptFiles {
  readonly own: readonly string[];
  readonly ownCount: number;
  /** Changed while others were at work too, by nobody can say whom. */
  readonly unattributed: readonly string[];
  readonly unattributedCount: number;
  readonly basis: FilesBasis;
  /** Of its own files, as they were and as they are: no commit and no merge that leaves them alone changes it. */
  readonly digest: string;
}

/** One agent's go at a task. Its fence is the id of the claim that began it. */
export interface Attempt {
  readonly fence: RecordId;
  readonly number: number;
  readonly session: string;
  readonly worker?: string;
  readonly machine?: string;
  readonly pid?: number;
  readonly clone: CloneId;
  readonly at: number;
  readonly startedAt?: number;
  readonly leaseMs: number;
  /** Wall clock of the last write that named this attempt; the lease runs from here. */
  readonly renewedAt: number;
  readonly base?: AttemptBase;
  /** What the first attempt at the task began on, where this is not the first: the work of all is one. */
  readonly since?: AttemptBase;
  readonly files?: AttemptFiles;
  readonly endedAt?: number;
  readonly end?: "released" | "taken-over" | "implemented" | "done" | "blocked" | "failed" | "retried" | "lost-merge";
  readonly note?: string;
  /** What was said as the work was called done, where that is not what was said before. */
  readonly doneNote?: string;
  readonly stamp: Stamp;
}

/** Something a task hands on; its text is a file in `tasks/<id>/`, its truth the journal. */
export interface Output {
  readonly name: string;
  readonly bytes: number;
  /** The first line, for lists and for prompts that have no room for all of it. */
  readonly summary: string;
  readonly at: number;
  readonly session: string;
}

export interface TaskLogEntry {
  readonly at: number;
  readonly session: string;
  readonly text: string;
  /** Number of the attempt it was written in; 0 outside one. */
  readonly attempt: number;
}

export interface Task {
  readonly uid: TaskUid;
  /** As people see it; unique without regard to case. */
  readonly id: string;
  /** Its id in the clone that added it, where a merge had to rename it for display. */
  readonly givenId?: string;
  readonly title: string;
  readonly description?: string;
  readonly kind?: string;
  readonly status: TaskStatus;
  /** Where `done` rests on. */
  readonly proof?: Proof;
  readonly steps: readonly Step[];
  readonly parents: readonly TaskUid[];
  /** 0 is the most urgent, 2 the default, 4 the least. */
  readonly priority: number;
  /** Position among tasks of the same priority. */
  readonly order: number;
  /** Paths that the task will change. */
  readonly touches: readonly string[];
  readonly agent?: string;
  readonly promptPrefix?: string;
  readonly model?: string;
  /** Paths where its outputs go, where the task says so. */
  readonly outputPaths: readonly string[];
  /** Who has to review it, beside those whom the plan names. */
  readonly reviewers?: readonly string[];
  readonly reviews?: Reviews;
  /** It has to add tests that run. */
  readonly newTests?: boolean;
  /** Layer of the graph, counted from 1 over the life of the plan. */
  readonly wave: number;
  /** The live claim. */
  readonly claim?: Attempt;
  /** A claim of another clone, made without knowing of the first, until a merge is settled. */
  readonly rival?: Attempt & { readonly status: TaskStatus };
  /** The last few that ended, oldest first. */
  readonly attempts: readonly Attempt[];
  readonly attemptCount: number;
  readonly outputs: readonly Output[];
  readonly blockers: readonly Blocker[];
  readonly failure?: { readonly why: string; readonly at: number; readonly session: string };
  /** Attempts that crashed since it last came to anything, or since a person had it tried again. */
  readonly crashes?: number;
  /** What the next attempt should know. */
  readonly retryNote?: string;
  readonly confidence?: Confidence;
  /** The last few; older ones are in progress.md and the journal. */
  readonly log: readonly TaskLogEntry[];
  readonly addedAt: number;
  readonly changedAt: number;
  /** When the status became what it is. */
  readonly statusAt: number;
  /** When it was first implemented or done, whatever became of it since: progress is counted once. */
  readonly landedAt?: number;
  /** Which record gave each field its value: `added` for all that have no stamp of their own. */
  readonly stamps: Readonly<Record<string, Stamp>>;
  /** Fields that this program does not know, kept as they came. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

export interface Lane {
  readonly id: string;
  readonly kind: LaneKind;
  readonly title: string;
  readonly status: LaneStatus;
  readonly goal?: string;
  readonly constraints: readonly string[];
  readonly deliverable?: string;
  readonly success: readonly string[];
  readonly task?: TaskUid;
  readonly session: string;
  readonly summary?: string;
  readonly why?: string;
  readonly files: readonly string[];
  readonly promoted?: readonly string[];
  readonly at: number;
  readonly changedAt: number;
  /** The record that gave it its status. */
  readonly stamp?: Stamp;
}

export type EntryKind = "log" | "finding" | "decision" | "handoff" | "checkpoint";

/** A dated note: what happened, what was learned, what was decided. */
export interface Entry {
  readonly kind: EntryKind;
  /** `<record id>.<index>`. */
  readonly id: string;
  readonly at: number;
  readonly session: string;
  readonly text: string;
  /** Display id of the task it is about. */
  readonly task?: string;
  /** Came from outside: shown as such, never injected. */
  readonly untrusted?: boolean;
  readonly source?: string;
  /** A decision's reason. */
  readonly why?: string;
  readonly commit?: string;
  readonly files?: readonly string[];
  readonly retracted?: boolean;
}

/** The newest entries of one kind; older ones have left the state in chunks of fixed size. */
export interface EntryWindow {
  readonly recent: readonly Entry[];
  /** How many chunks have left. */
  readonly chunks: number;
  /** All that ever were. */
  readonly count: number;
}

/** A line of "what happened last", for status and for deltas of the context. */
export interface Change {
  readonly revision: number;
  readonly at: number;
  readonly session: string;
  readonly type: string;
  /** Display id of the task, lane or entry it happened to. */
  readonly subject?: string;
  readonly text?: string;
}

export interface Waiver {
  readonly id: string;
  /** What is waived, e.g. `confidence` or `done`. */
  readonly subject: string;
  /** Display id of the task, or the plan's slug. */
  readonly target: string;
  readonly why: string;
  readonly person: string;
  /** Of a waiver for tests that are lost: which these were. */
  readonly covers?: TestNames;
  readonly at: number;
  /** The record that gave it; absent where an older Holdfast folded it. */
  readonly stamp?: Stamp;
}

/** Two clones decided the same thing differently without knowing of each other. Both sides are kept. */
export interface Conflict {
  readonly id: string;
  readonly kind: "claim" | "field" | "refused" | "renamed";
  readonly task?: TaskUid;
  readonly field?: string;
  /** What stands, and what lost; records by stamp, values as they were. */
  readonly kept: { readonly stamp: Stamp; readonly value?: unknown };
  readonly lost: { readonly stamp: Stamp; readonly value?: unknown };
  readonly message: string;
  readonly at: number;
  readonly settled?: { readonly take: "kept" | "lost"; readonly why: string; readonly by: string };
}

/**
 * Everything about one plan. Readonly to all but `evolve`, which consumes it.
 * `ids` and `openInWave` are indexes over `tasks`.
 */
export interface PlanState {
  readonly slug: string;
  readonly title: string;
  readonly type: PlanType;
  readonly aliases: readonly string[];
  /** `none` before the first record. */
  readonly status: PlanStatus | "none";
  readonly statusAt: number;
  readonly proof?: Proof;
  /** The current phase. */
  readonly phase: string;
  readonly phases: readonly Phase[];
  readonly brief: Brief;
  /** The acceptance criteria of the brief, in its order, then those that were taken out of it. */
  readonly criteria: readonly Criterion[];
  /** How many there ever were. */
  readonly mintedCriteria: number;
  /** How many were ever proven, each counted once; absent for none. */
  readonly provenCriteria?: number;
  readonly nextAction?: NextAction;
  readonly blockers: readonly Blocker[];
  readonly confidence?: Confidence;
  readonly onBlocked: "stop" | "others";
  readonly pace: Pace;
  readonly level: GateLevel;
  /** Findings of reviewers that weigh as much or more keep a gate closed. */
  readonly blocks: Severity;
  /** Who has to review each task. */
  readonly reviewers: readonly string[];
  readonly leaseMs: number;
  /** Repository ids in scope, the primary one first. */
  readonly repos: readonly string[];
  readonly tasks: ReadonlyMap<TaskUid, Task>;
  /** Display id in lower case → uid. */
  readonly ids: ReadonlyMap<string, TaskUid>;
  /** Waves up to this one have passed. */
  readonly passedWaves: number;
  /** Open tasks of each wave that has not passed. */
  readonly openInWave: ReadonlyMap<number, number>;
  readonly lanes: ReadonlyMap<string, Lane>;
  /** In the order in which they were added. */
  readonly checks: readonly Check[];
  readonly proposals: readonly Proposal[];
  /** Reviews of the plan as a whole. */
  readonly reviews?: Reviews;
  /** How many review findings were ever given an id. */
  readonly mintedFindings: number;
  readonly entries: Readonly<Record<EntryKind, EntryWindow>>;
  readonly changes: readonly Change[];
  readonly waivers: readonly Waiver[];
  readonly conflicts: readonly Conflict[];
  readonly stamps: Readonly<Record<string, Stamp>>;
  /** Counts the records that changed something. */
  readonly revision: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Next `order` to give. */
  readonly nextOrder: number;
  /** Ordinal of the last record of each clone that changed something. */
  readonly folded?: Readonly<Record<string, number>>;
}

/** Text that has left the state for a file. */
export type Spill =
  | { readonly kind: "entries"; readonly window: EntryKind; readonly chunk: number; readonly entries: readonly Entry[] }
  | {
      readonly kind: "output";
      readonly task: string;
      readonly name: string;
      readonly text: string;
      /** Length of the text that it takes the place of, if any. */
      readonly replacedBytes?: number;
    }
  | { readonly kind: "blockers"; readonly task: string; readonly blockers: readonly Blocker[] };

export const ENTRY_KINDS: readonly EntryKind[] = ["log", "finding", "decision", "handoff", "checkpoint"];

/** Entries that leave the state at once; a window holds at least one chunk and less than two. */
export const ENTRY_CHUNK = 100;
export const KEPT_ATTEMPTS = 3;
/** So often a task whose attempt crashed is offered again by itself; then a person is asked. */
export const CRASH_RETRIES = 2;
export const KEPT_TASK_LOG = 10;
export const KEPT_CHANGES = 40;
export const PACES: readonly Pace[] = ["waves", "ready"];
export const GATE_LEVELS: readonly GateLevel[] = ["executed", "observed", "claimed"];
export const DEFAULT_LEASE_MS = 15 * 60_000;
