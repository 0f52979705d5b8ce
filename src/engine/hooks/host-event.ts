import type { ListItem } from "../../context/plan-item.ts";

/** The programs whose events are understood. */
export type HostName = "claude" | "codex" | "opencode" | "trae";

interface EventBase {
  readonly host: HostName;
  /** `<host>:<id>` of the conversation; for a subagent its parent's. */
  readonly session: string;
  /** The subagent that it happened in; absent in the main agent. */
  readonly agent?: string;
  readonly agentType?: string;
  /** Absolute. */
  readonly cwd: string;
  /** The host's own id of the event, where it has one: the same event is handled once. */
  readonly id?: string;
  readonly transcript?: string;
  /** Share of the context window in use, 0 to 1, where the host says. */
  readonly contextUse?: number;
}

/**
 * What is looked for among all that was typed: the words that a turn began with, what was typed since while one ran, and
 * what reached the model in the middle of the turn of a prompt.
 */
export interface TypedQuery {
  readonly promptId?: string;
  readonly since?: number;
  readonly during?: string;
}

/** What was found; anybody with the account can have written it, so nothing may be allowed on it. */
export interface Typed {
  readonly prompt?: string;
  readonly queued: readonly string[];
  readonly during: readonly string[];
}

/** Something that happened in a host, in words that all hosts share (docs/design.md §3). */
export type HostEvent = EventBase &
  (
    | { readonly type: "session-started"; readonly source: SessionSource }
    | { readonly type: "prompt-submitted"; readonly prompt: string; readonly by: "person" | "machine" }
    | { readonly type: "tool-starting"; readonly tool: ToolUse }
    | {
        readonly type: "tool-finished";
        readonly tool: ToolUse;
        readonly outcome: "ok" | "failed" | "unknown";
        /** Of a shell: only where the host says so itself, for a command that has ended. */
        readonly exitCode?: number;
        /** Of a shell: `cwd` is where it stood afterwards, not before. */
        readonly isCwdAfter?: boolean;
        /** Of a shell: all that it printed; absent where the host cut it, or does not hand it over. */
        readonly printed?: string;
      }
    | { readonly type: "subagent-starting"; readonly prompt?: string }
    | { readonly type: "subagent-finished"; readonly lastMessage?: string }
    | {
        readonly type: "turn-ended";
        readonly isContinued: boolean;
        readonly backgroundTasks: number;
        readonly lastMessage?: string;
        readonly ending: "clean" | "error" | "interrupted";
        readonly agentName?: string;
        /** The host's own name of the prompt that the turn began with. */
        readonly promptId?: string;
        /** Prompts that the host will send by itself at some time: no person's act when they come. */
        readonly scheduled?: readonly string[];
        /** What only some hosts tell of a turn (`TurnEnd` says what each means). */
        readonly isHeadless?: boolean;
        readonly isAwaited?: boolean;
        readonly isFatal?: boolean;
        readonly tokens?: number;
        readonly todos?: { readonly done: number; readonly open: readonly string[] };
      }
    | { readonly type: "compacting"; readonly trigger: "auto" | "manual" }
    | { readonly type: "compacted" }
    | { readonly type: "session-ended"; readonly reason: string }
  );

export type SessionSource = "startup" | "resume" | "clear" | "compact" | "fork";

export interface ToolUse {
  /** `spawn` starts a subagent, `list` writes the host's own list of what is to be done. */
  readonly kind: "shell" | "edit" | "read" | "spawn" | "list" | "other";
  /** The host's own name of it. */
  readonly name: string;
  readonly callId?: string;
  /** Of a shell. */
  readonly command?: string;
  /** Of an edit or a read; as the host gave them, resolved against cwd. */
  readonly paths?: readonly string[];
  /** Of a spawn. */
  readonly prompt?: string;
  readonly subagentType?: string;
  /** Of a spawn that has finished starting: the subagent it started. */
  readonly agent?: string;
  /** Of a finished spawn: the subagent still runs. */
  readonly isBackground?: boolean;
  /** Of a finished spawn: what the subagent said last. */
  readonly result?: string;
  /** Of a list that is written as a whole. */
  readonly items?: readonly ListItem[];
  /** Of a list whose items are written one by one: what is new of this one. */
  readonly item?: { readonly id: string } & Partial<ListItem>;
}

/** What a host is to do; an empty reply is nothing. */
export interface HostReply {
  /** Put before the model; already within the host's limit (`limits` of the host). */
  readonly context?: string;
  /** Refuses the tool or the spawn. */
  readonly deny?: string;
  /** The subagent's prompt instead, where the host can. */
  readonly prompt?: string;
  /** The plan's items, to stand before the agent's own in the list that it is about to write, where the host can. */
  readonly items?: readonly ListItem[];
  /** A turn that ends goes on with this. */
  readonly goOn?: string;
  /** Nothing is to be done now: tell of the end of this turn once more after this time, where the host can. */
  readonly waitMs?: number;
  /** For the person, not the model. */
  readonly notice?: string;
  /** For a conversation's title or status cue, where the host has one. */
  readonly cue?: string;
}

/** What a host takes of a text in one answer; more is cut by the host, and so is never sent. */
export interface HostLimits {
  readonly bytes: number;
  /** As `estimateTokens` counts. */
  readonly tokens?: number;
  /** It takes another prompt for a subagent (`HostReply.prompt`), which then need not be told when it starts. */
  readonly rewritesPrompts?: boolean;
}
