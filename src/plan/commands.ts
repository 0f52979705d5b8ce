import type { Trees } from "./checks.ts";
import type { CheckKind, Evidence, Observed, Resolved } from "./check-state.ts";
import type { AttemptBase, AttemptFiles, Brief, EntryKind, GateLevel, LaneKind, Pace, PlanType } from "./state.ts";
import type { Stamp } from "./record.ts";
import type { ReviewVerdict } from "./reviews.ts";
import type { Severity } from "./severity.ts";

/** A task as people and agents give it: parents by id, in any order. */
export interface TaskInput {
  /** `T<n>` where none is given. */
  readonly id?: string;
  readonly title: string;
  readonly description?: string;
  readonly kind?: string;
  readonly steps?: readonly string[];
  readonly parents?: readonly string[];
  readonly priority?: number;
  readonly touches?: readonly string[];
  readonly agent?: string;
  readonly promptPrefix?: string;
  readonly model?: string;
  readonly outputPaths?: readonly string[];
  readonly reviewers?: readonly string[];
  readonly newTests?: boolean;
  readonly extra?: Readonly<Record<string, unknown>>;
}

export interface PlanSettings {
  readonly planType?: PlanType;
  readonly onBlocked?: "stop" | "others";
  readonly leaseMs?: number;
  readonly repos?: readonly string[];
  readonly pace?: Pace;
  readonly level?: GateLevel;
  readonly blocks?: Severity;
  readonly reviewers?: readonly string[];
}

export interface BlockerInput {
  readonly tried: string;
  readonly why: string;
  readonly resolve: string;
}

/** Fields of a task that may be taken away. */
export type ClearableField = "description" | "kind" | "agent" | "promptPrefix" | "model";

/** Names an attempt; needed once a task has had two. */
interface Fenced {
  readonly id: string;
  readonly fence?: string;
}

/** What a check may be given. Tasks go by the ids that people see. */
export interface CheckInput {
  readonly kind?: CheckKind;
  readonly command?: readonly string[];
  readonly shell?: boolean;
  readonly repo?: string;
  readonly withRepos?: readonly string[];
  readonly dir?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  readonly exit?: number;
  readonly minTests?: number;
  readonly passes?: number;
  readonly runs?: number;
  readonly report?: string;
  readonly match?: string;
  readonly tasks?: readonly string[];
  /** By the ids that people see. */
  readonly criteria?: readonly string[];
  readonly plan?: boolean;
  readonly waves?: boolean;
  readonly outputs?: readonly string[];
  readonly scope?: readonly string[];
  readonly exclusive?: boolean;
}

/** Fields of a check that may be taken away. */
export type ClearableCheckField = "repo" | "withRepos" | "dir" | "report" | "match" | "passes" | "runs";

/** A check as a person approves it. */
export interface ApprovedForm {
  readonly form: Stamp;
  readonly resolved: Resolved;
}

/** What a record adds by itself, and what is only shown. */
type Recorded = "id" | "at" | "session" | "machine" | "stamp" | "doubt" | "isPartial";

/** What a run of a check came to. */
export type EvidenceInput = Omit<Evidence, Recorded>;

/** What a host told of a run of a check. */
export type ObservedInput = Omit<Observed, Recorded>;

/** What a reviewer found, as a command takes it. */
export interface FindingInput {
  readonly severity: Severity;
  readonly message: string;
  readonly file?: string;
  readonly line?: number;
}

/** What became of a review finding, which goes by the id that people see. */
export interface AssessmentInput {
  readonly finding: string;
  readonly state: "resolved" | "still-there";
  readonly why?: string;
}

/** What a review says of an acceptance criterion, which goes by the id that people see. */
export interface VerdictInput {
  readonly criterion: string;
  readonly verdict: "met" | "unmet";
  readonly why?: string;
}

/** What is reviewed: a task, or the plan as a whole; `attempt` by its fence, the latest where absent. */
interface Reviewing {
  readonly id?: string;
  readonly attempt?: string;
}

/** What anybody may ask of a plan. Tasks go by the ids that people see. */
export type PlanCommand =
  | ({
      readonly type: "create-plan";
      readonly slug: string;
      readonly title: string;
      readonly brief?: Partial<Brief>;
      readonly tasks?: readonly TaskInput[];
    } & PlanSettings)
  | ({
      readonly type: "edit-plan";
      readonly title?: string;
      readonly brief?: Partial<Brief>;
      readonly why?: string;
    } & PlanSettings)
  | { readonly type: "rename-plan"; readonly name: string }
  | { readonly type: "pause-plan"; readonly note?: string }
  | { readonly type: "resume-plan"; readonly note?: string }
  | ({ readonly type: "block-plan" } & BlockerInput)
  | { readonly type: "finish-plan"; readonly note?: string; readonly trees?: Trees }
  | { readonly type: "pass-wave"; readonly wave: number; readonly trees?: Trees }
  | { readonly type: "abort-plan"; readonly why: string }
  | { readonly type: "archive-plan" }
  | { readonly type: "reopen-plan"; readonly why?: string }
  | { readonly type: "enter-phase"; readonly phase: string }
  | {
      readonly type: "edit-phase";
      readonly phase: string;
      readonly title?: string;
      readonly status?: string;
      readonly doneWhen?: readonly string[];
    }
  | { readonly type: "record-next"; readonly what: string; readonly file?: string }
  | { readonly type: "clear-next" }
  | { readonly type: "add-tasks"; readonly tasks: readonly TaskInput[] }
  | {
      readonly type: "edit-task";
      readonly id: string;
      readonly fields: Omit<TaskInput, "id" | "title" | "parents"> & { readonly title?: string };
      readonly clear?: readonly ClearableField[];
    }
  | { readonly type: "reparent-task"; readonly id: string; readonly parents: readonly string[] }
  | {
      readonly type: "reorder-task";
      readonly id: string;
      readonly priority?: number;
      readonly before?: string;
      readonly after?: string;
    }
  | { readonly type: "drop-task"; readonly id: string; readonly children?: "detach" | "cascade"; readonly why?: string }
  | { readonly type: "restore-task"; readonly id: string }
  | {
      readonly type: "claim-task";
      readonly id: string;
      readonly leaseMs?: number;
      readonly takeOver?: boolean;
      readonly crashed?: boolean;
      readonly base?: AttemptBase;
    }
  | ({ readonly type: "release-task"; readonly note?: string } & Fenced)
  | ({ readonly type: "start-task"; readonly leaseMs?: number; readonly base?: AttemptBase } & Fenced)
  /** Steps are named by number, from 1, or by their text. */
  | ({ readonly type: "tick-step"; readonly step: string; readonly undo?: boolean } & Fenced)
  | ({ readonly type: "implement-task"; readonly note?: string; readonly changed?: AttemptFiles } & Fenced)
  | ({
      readonly type: "finish-task";
      readonly note?: string;
      readonly trees?: Trees;
      readonly changed?: AttemptFiles;
    } & Fenced)
  | ({ readonly type: "block-task" } & Fenced & BlockerInput)
  | { readonly type: "unblock-task"; readonly id: string; readonly note?: string }
  | ({ readonly type: "fail-task"; readonly why: string; readonly crashed?: boolean } & Fenced)
  | { readonly type: "retry-task"; readonly id: string; readonly note?: string }
  | ({ readonly type: "add-output"; readonly name: string; readonly text: string } & Fenced)
  | ({ readonly type: "log-task"; readonly text: string } & Fenced)
  | {
      readonly type: "add-entry";
      readonly kind: EntryKind;
      readonly text: string;
      readonly id?: string;
      readonly untrusted?: boolean;
      readonly source?: string;
      readonly why?: string;
      readonly commit?: string;
      readonly files?: readonly string[];
    }
  | { readonly type: "retract-entry"; readonly entry: string }
  | {
      readonly type: "record-confidence";
      readonly id?: string;
      readonly score: number;
      readonly why: string;
      readonly fence?: string;
    }
  | { readonly type: "waive-confidence"; readonly id?: string; readonly why: string }
  | { readonly type: "give-waiver"; readonly subject: string; readonly target: string; readonly why: string }
  | {
      readonly type: "create-lane";
      readonly lane: string;
      readonly kind: LaneKind;
      readonly title: string;
      readonly goal?: string;
      readonly constraints?: readonly string[];
      readonly deliverable?: string;
      readonly success?: readonly string[];
      readonly id?: string;
      readonly start?: boolean;
    }
  | { readonly type: "start-lane"; readonly lane: string }
  | { readonly type: "block-lane"; readonly lane: string; readonly why: string }
  | {
      readonly type: "complete-lane";
      readonly lane: string;
      readonly summary: string;
      readonly files?: readonly string[];
    }
  | { readonly type: "cancel-lane"; readonly lane: string; readonly why?: string }
  | { readonly type: "promote-lane"; readonly lane: string; readonly items: readonly string[] }
  | { readonly type: "add-check"; readonly check: string; readonly fields: CheckInput }
  | {
      readonly type: "edit-check";
      readonly check: string;
      readonly fields: CheckInput;
      readonly clear?: readonly ClearableCheckField[];
    }
  | { readonly type: "drop-check"; readonly check: string; readonly why?: string }
  | { readonly type: "approve-plan"; readonly checks: Readonly<Record<string, ApprovedForm>>; readonly note?: string }
  | { readonly type: "accept-check"; readonly check: string; readonly form: Stamp; readonly resolved: Resolved }
  | {
      readonly type: "settle-proposal";
      readonly proposal: string;
      readonly take: "accept" | "reject";
      readonly why?: string;
    }
  /** `form`: the stamp of the check as it ran. */
  | { readonly type: "record-evidence"; readonly check: string; readonly form: Stamp; readonly evidence: EvidenceInput }
  | { readonly type: "record-observed"; readonly check: string; readonly form: Stamp; readonly observed: ObservedInput }
  /** Asks the roster where nobody is named; `again`: only those whose review does not stand. */
  | ({
      readonly type: "request-reviews";
      readonly reviewers?: readonly string[];
      readonly again?: boolean;
      readonly trees?: Trees;
    } & Reviewing)
  | ({
      readonly type: "report-review";
      readonly reviewer: string;
      readonly verdict?: ReviewVerdict;
      readonly findings: readonly FindingInput[];
      readonly assessments?: readonly AssessmentInput[];
      readonly criteria?: readonly VerdictInput[];
      readonly diff?: string;
      readonly format?: string;
    } & Reviewing)
  | ({ readonly type: "fail-review"; readonly reviewer: string; readonly why: string } & Reviewing)
  | {
      readonly type: "assess-finding";
      readonly finding: string;
      readonly state: "resolved" | "still-there";
      readonly why: string;
    }
  | { readonly type: "waive-finding"; readonly finding: string; readonly why: string }
  | { readonly type: "waive-reviewer"; readonly id?: string; readonly reviewer: string; readonly why: string }
  | { readonly type: "sign-off-criterion"; readonly criterion: string; readonly why: string }
  | {
      readonly type: "settle-conflict";
      readonly conflict: string;
      readonly take: "kept" | "lost";
      readonly why: string;
    };

export type CommandOf<K extends PlanCommand["type"]> = Extract<PlanCommand, { readonly type: K }>;
