/* The interface of holdfast/agent-loop, shipped as its declarations word for word: it imports nothing. */

export interface ModelSpec {
  providerID: string;
  modelID: string;
}

export interface Todo {
  id?: string;
  content: string;
  status: "pending" | "in_progress" | "completed" | "cancelled" | (string & {});
  priority?: string;
}

/** An event of OpenCode, as far as it is read. */
export interface LoopEvent {
  type: string;
  properties?: {
    sessionID?: string;
    error?: unknown;
    info?: {
      id?: string;
      sessionID?: string;
      role?: string;
      agent?: string;
      model?: string | ModelSpec;
      [key: string]: unknown;
    };
    [key: string]: unknown;
  };
}

/** What a plugin of OpenCode is given, as far as it is used: its client's types are its own, and may be half there. */
export interface PluginContext {
  /** The project's folder. */
  directory: string;
  client: {
    session: {
      prompt: any;
      promptAsync?: any;
      todo: any;
      get?: any;
      messages?: any;
      status?: any;
      children?: any;
      [key: string]: any;
    };
    tui?: { showToast: any; [key: string]: any };
    app?: { log: any; [key: string]: any };
    [key: string]: any;
  };
  [key: string]: any;
}

/** As it stands in `{goalsBasePath}/{sessionID}/goal.json`. */
export interface Goal {
  title: string;
  description?: string;
  done_condition: string;
  status: "active" | "completed" | "validated";
  /** ISO 8601, UTC. */
  created_at: string;
  completed_at: string | null;
  validated_at?: string | null;
}

export interface GoalManagementOptions {
  /** The folder that holds a folder for each session; `~/.local/share/opencode/plugin/agent-loop` where absent. */
  goalsBasePath?: string;
}

export interface GoalManagement {
  /** The session's goal; null where it has none, or a cancelled one. */
  readGoal: (sessionID: string) => Promise<Goal | null>;
  /** Takes the place of the session's goal. Rejects where it cannot be kept. */
  writeGoal: (sessionID: string, goal: Goal) => Promise<void>;
  /** Sets an active goal in place of any other, which stays in the history. */
  createGoal: (sessionID: string, title: string, doneCondition: string, description?: string) => Promise<Goal>;
  /** Null where there is no active goal; one that is completed already comes back as it is. */
  completeGoal: (sessionID: string) => Promise<Goal | null>;
  /** Null where the goal is not completed. `lookedAt` says what the judgement rests on, and is kept. */
  validateGoal: (sessionID: string, lookedAt?: string) => Promise<Goal | null>;
  /** Null where there is none. The goal stays in the history as cancelled, with the reason. */
  cancelGoal: (sessionID: string, reason?: string) => Promise<Goal | null>;
  /** The same as `readGoal`. */
  getGoal: (sessionID: string) => Promise<Goal | null>;
  hasActiveGoal: (sessionID: string) => Promise<boolean>;
  /** Whether a completed goal waits to be validated, and nobody has cleared that here. */
  checkPendingValidation: (sessionID: string) => Promise<boolean>;
  clearPendingValidation: (sessionID: string) => Promise<void>;
  /** Handles `command` events that name goal_set, goal_done or goal_validate. Never rejects. */
  handler: (input: { event: LoopEvent }) => Promise<void>;
  cleanup: () => Promise<void>;
}

export interface TaskContinuationOptions {
  /** How long a person may step in before it goes on; 2 where absent. */
  countdownSeconds?: number;
  /** How long nothing is sent after an error; 3000 where absent. Doubled with each error in a row. */
  errorCooldownMs?: number;
  /** How long a notice is shown; 900 where absent. */
  toastDurationMs?: number;
  /** Used where neither the person's last message nor the session names one. */
  agent?: string;
  /** `provider/model`, used like `agent`. */
  model?: string | ModelSpec;
  /** A file that gets one JSON line for each thing that happens. */
  logFilePath?: string;
  /** Whether the log tells details too; true where absent. */
  debug?: boolean;
  /** Also goes on while a session's goal is active. */
  goalManagement?: GoalManagement;
}

export interface TaskContinuation {
  /** Never rejects. */
  handler: (input: { event: LoopEvent }) => Promise<void>;
  /** Nothing is sent to the session until `markRecoveryComplete`. */
  markRecovering: (sessionID: string) => void;
  markRecoveryComplete: (sessionID: string) => void;
  /** Ends a countdown, and forgets errors and recovery. The next idle begins anew. */
  cancel: (sessionID: string) => void;
  /** Begins the countdown where something is left to do, as an idle session does. */
  scheduleContinuation: (sessionID: string) => Promise<void>;
  /** Ends all countdowns and forgets everything. */
  cleanup: () => Promise<void>;
}

/** What can stand beside the plugin in OpenCode's configuration, or in `agent-loop-plugin.json`. */
export interface AgentLoopOptions extends Omit<TaskContinuationOptions, "goalManagement">, GoalManagementOptions {
  /** Whether sessions are continued at all; true where absent. The goal tools are there either way. */
  taskLoop?: boolean;
}

export interface ToolContext {
  sessionID?: string;
  [key: string]: any;
}

export interface GoalTool {
  description: string;
  /** Schemas by argument, as OpenCode's `tool()` takes them. */
  args: Record<string, any>;
  execute: (args: any, context: ToolContext) => Promise<string>;
}

export interface PluginResult {
  tool: {
    goal_set: GoalTool;
    goal_status: GoalTool;
    goal_done: GoalTool;
    goal_validate: GoalTool;
    goal_cancel: GoalTool;
  };
  event: (input: { event: LoopEvent }) => Promise<void>;
  "chat.message": (input: any, output?: any) => Promise<void>;
  "experimental.chat.system.transform": (input: any, output: any) => Promise<void>;
  "experimental.session.compacting": (input: any, output: any) => Promise<void>;
  dispose: () => Promise<void>;
}

export type Plugin = (context: PluginContext, options?: Record<string, unknown>) => Promise<PluginResult>;

export interface CreateGoalManagement {
  (options?: GoalManagementOptions): GoalManagement;
  (context: PluginContext, options?: GoalManagementOptions): GoalManagement;
}

export type CreateTaskContinuation = (context: PluginContext, options?: TaskContinuationOptions) => TaskContinuation;

export declare const agentLoopPlugin: Plugin;
export declare const createGoalManagement: CreateGoalManagement;
export declare const createTaskContinuation: CreateTaskContinuation;
// oxlint-disable-next-line import/no-default-export -- a plugin is one to OpenCode
export default agentLoopPlugin;
