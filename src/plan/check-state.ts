import type { Stamp } from "./record.ts";
import type { TaskUid } from "./state.ts";

/**
 * Why what a record says does not count here: `unverified`, Holdfast did not write it as it stands; `elsewhere`, it was
 * signed on another machine, or with a key that is gone.
 */
export type Doubt = "unverified" | "elsewhere";

/** `test`: tests must have run; `command`: nothing but its exit code is looked at. */
export type CheckKind = "test" | "command";

/** What a run of a check came to. `void`: it proves nothing either way, since the tree moved or nothing ran. */
export type EvidenceOutcome = "passed" | "failed" | "void";

export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** What a command runs in the end, part by part, each with a digest: `script test`, `vitest.config.ts`, `variable ENV`. */
export type Resolved = Readonly<Record<string, string>>;

/** A person's yes to a check as it stands, and to what it resolves to. */
export interface Approved {
  readonly resolved: Resolved;
  readonly person: string;
  readonly machine?: string;
  readonly at: number;
  readonly stamp: Stamp;
}

/** A weaker form of a check that a person approved, which waits for a person's yes. */
export interface Proposal {
  readonly id: string;
  /** Id of the check. */
  readonly check: string;
  /** The fields that would change; absent where the check would be dropped. */
  readonly change?: Readonly<Record<string, unknown>>;
  readonly why?: string;
  readonly at: number;
  readonly session: string;
}

/** What a run's tests are compared with: the report of the tree that the work began on, that of a run in a throw-away checkout of it, or no more than what the files say. */
export type TestsBasis = "report" | "checkout" | "files";

/** How many tests, and the first of their names; text from outside, made harmless. */
export interface TestNames {
  readonly count: number;
  readonly named: readonly string[];
}

/** What tests a task's attempt has added to a run of a check, and what has gone from it. */
export interface TestChange {
  readonly task: TaskUid;
  /** By its fence. */
  readonly attempt: string;
  readonly basis: TestsBasis;
  /** Passed, assert something, and are the attempt's own. */
  readonly added: TestNames;
  /** Ran at the base, and are missing or skipped now. */
  readonly lost: TestNames;
  /** That they assert something was read from their files: the runner does not count it. */
  readonly isByText?: true;
  /** Why others were not counted. */
  readonly why?: string;
  /** What it was compared with: a file in the plan's folder, and its digest. */
  readonly base?: { readonly file: string; readonly digest: string };
}

/** What one run of a check came to, bound to the content of the tree that it ran on. */
export interface Evidence {
  readonly id: string;
  readonly outcome: EvidenceOutcome;
  readonly why: string;
  /** Absent where the program did not end by itself. */
  readonly exit?: number;
  readonly tests?: TestCounts;
  readonly durationMs: number;
  /** Digest of what is in the check's scope, before the run. */
  readonly tree: string;
  /** By repository, where the check looks at more than one; `tree` is of all of them. */
  readonly repos?: Readonly<Record<string, string>>;
  /** The programs that it led to as far as known, by path, each with a mark of its content. */
  readonly programs?: Readonly<Record<string, string>>;
  /** Digests of the lockfiles that stood around it, by path. */
  readonly lockfiles?: Readonly<Record<string, string>>;
  /** Digest of the rules by which Git ignored files. */
  readonly ignoreRules?: string;
  /** What else the command resolved to. */
  readonly resolved?: Resolved;
  /** The go at the check that this run belongs to, where several runs decide together. */
  readonly series?: string;
  /** More runs were to come: by itself it decides nothing. */
  readonly isPartial?: true;
  readonly commit?: string;
  /** What the check printed, as a file in the plan's folder, and a digest of it. */
  readonly log?: string;
  readonly logDigest?: string;
  /** Of the file beside the log that has the tests by name. */
  readonly testsDigest?: string;
  /** By task, as far as they were compared. */
  readonly compared?: { readonly changes: readonly TestChange[] };
  readonly at: number;
  readonly session: string;
  readonly machine?: string;
  readonly stamp: Stamp;
  /** Only ever shown, and in no snapshot. */
  readonly doubt?: Doubt;
}

/** What a run that Holdfast did not do came to. `unknown`: how it ended was not told, or it was not the check alone. */
export type ObservedOutcome = "passed" | "failed" | "unknown";

/** What a host told of a run of a check in a session's shell. It is no evidence unless a person has said so. */
export interface Observed {
  readonly id: string;
  readonly outcome: ObservedOutcome;
  readonly why: string;
  readonly exit?: number;
  readonly tests?: TestCounts;
  /** Digest of what is in the check's scope, right after the run; absent where nobody looked. */
  readonly tree?: string;
  readonly commit?: string;
  readonly at: number;
  readonly session: string;
  readonly machine?: string;
  readonly stamp: Stamp;
}

/** A command that proves something, and what it proves. */
export interface Check {
  readonly id: string;
  readonly kind: CheckKind;
  /** The program and its arguments; a single line for the shell where `isShell`. */
  readonly command: readonly string[];
  readonly isShell: boolean;
  /** The repository it runs in, by id; the plan's primary one where absent. */
  readonly repo?: string;
  /** Other repositories of the plan that it looks at: a change in one makes its evidence stale. */
  readonly withRepos?: readonly string[];
  /** Where it runs, from the root of the repository. */
  readonly dir?: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly exit: number;
  /** How many tests must have passed, of kind `test`. */
  readonly minTests: number;
  /** How many of how many runs must pass, at most; one of one where absent. */
  readonly passes?: number;
  readonly runs?: number;
  /** The report that it writes, from where it runs. */
  readonly report?: string;
  /** Text that must stand in what it prints. */
  readonly match?: string;
  readonly tasks: readonly TaskUid[];
  /** Acceptance criteria, by uid; one that is no longer there is nothing to prove. */
  readonly criteria: readonly string[];
  readonly isForPlan: boolean;
  /** Every wave needs it before it passes. */
  readonly isForWaves: boolean;
  /** Files that it writes, from where it runs: they do not count as changes of the tree. */
  readonly outputs: readonly string[];
  /** Paths whose change makes its evidence stale; the whole tree where empty. */
  readonly scope: readonly string[];
  readonly isExclusive: boolean;
  readonly approved?: Approved;
  /** The last few, oldest first. */
  readonly evidence: readonly Evidence[];
  /** The last one. */
  readonly observed?: Observed;
  readonly at: number;
  readonly session: string;
  /** The record that gave it its present form. */
  readonly stamp: Stamp;
}

export const KEPT_EVIDENCE = 5;

export const DEFAULT_CHECK_TIMEOUT_MS = 10 * 60_000;
