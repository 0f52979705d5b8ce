import type { ListItem } from "../../context/plan-item.ts";
import type { HostEvent, HostReply } from "../../engine/hooks/host-event.ts";
import type { Moving } from "./moving-part.ts";

/** What the plan has to say to one session at one moment. Bytes differ only where the plan moved. */
export interface Sight {
  /** The plan that the session is bound to. */
  readonly plan?: string;
  /** `task:<slug>`, for the title of the conversation. */
  readonly cue?: string;
  /** For the system text; empty where there is nothing to say. */
  readonly stable: string;
  readonly moving?: Moving;
}

/** What goes beyond a turn's end as all hosts know it. */
export interface TurnFacts {
  readonly todos: readonly ListItem[];
  /** A question or a permission stands before the person. */
  readonly isAwaited: boolean;
  readonly isFatal: boolean;
  readonly tokens: number;
}

export type ToolStarting = Extract<HostEvent, { readonly type: "tool-starting" }>;
export type ToolFinished = Extract<HostEvent, { readonly type: "tool-finished" }>;
export type TurnEnded = Extract<HostEvent, { readonly type: "turn-ended" }>;

/** All that the plugin asks of Holdfast. */
export interface Door {
  /** Undefined where there is no plan, no goal, nothing to say. Cheap where nothing moved since the last look. */
  look(session: string, cwd: string): Promise<Sight | undefined>;
  /** The session's plan as items of the host's own list; undefined where it is on none. */
  planTodos(session: string, cwd: string): Promise<readonly ListItem[] | undefined>;
  /** Whether there is anything here that events could matter to. */
  isQuiet(cwd: string): boolean;
  /** Whether a tool that is about to run is anything to decide about; without it the host need not wait. */
  concerns(event: ToolStarting): boolean;
  /** Whether a shell's line that has ended ran what a check of a plan runs. */
  ranCheck(event: ToolFinished): boolean;
  isPlan(cwd: string, slug: string): boolean;
  answer(event: HostEvent, isTrusted: boolean): Promise<HostReply>;
  /** Whether `endTurn` would send the agent on; changes nothing. */
  mayGoOn(event: TurnEnded, facts: TurnFacts): Promise<boolean>;
  endTurn(event: TurnEnded, facts: TurnFacts): Promise<HostReply>;
  /** Leaves a receipt of what went wrong in a callback. */
  note(cwd: string, place: string, error: unknown): void;
}
