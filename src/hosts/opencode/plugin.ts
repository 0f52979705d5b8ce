import { hostClient } from "./client.ts";
import { Conversations } from "./conversation.ts";
import type { Door } from "./door.ts";
import { fieldsOf } from "./fields.ts";
import { Hooks } from "./hooks.ts";
import { Idle, type Timers } from "./idle.ts";
import { hostTools, type OfferedTool } from "./host-tools.ts";
import { textOf } from "../payload.ts";
import { Denied } from "./tool-calls.ts";

export interface PluginParts {
  readonly door: Door;
  readonly timers: Timers;
  /** The host reads the list once, when it opens a folder: all that may ever be needed is on it. */
  readonly tools: readonly OfferedTool[];
  readonly isPersons: () => Promise<boolean>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly pid: number;
}

/** What is registered with OpenCode 1.18, by its names. */
export type Registered = Readonly<Record<string, unknown>>;

const DEFAULT_COUNTDOWN_SECONDS = 2;

/**
 * Which instance speaks for a folder, the newest: where the plugin was registered twice, even from two files, everything
 * would be done twice.
 */
function speakers(): Map<string, symbol> {
  const shared = globalThis as { [SPEAKERS]?: Map<string, symbol> };
  return (shared[SPEAKERS] ??= new Map());
}

const SPEAKERS = Symbol.for("holdfast.opencode.speakers");

/** Makes the plugin: what OpenCode 1.18 calls when it opens a folder. */
export const makeServer =
  (parts: PluginParts) =>
  async (input: unknown, options?: unknown): Promise<Registered> => {
    const directory = textOf(fieldsOf(input), "directory");
    if (directory === undefined || isOff(parts.env["HOLDFAST"])) return {};
    const me = Symbol(directory);
    const current = speakers();
    current.set(directory, me);
    const isCurrent = (): boolean => current.get(directory) === me;
    const { door, timers, env, pid, isPersons } = parts;
    const client = hostClient(fieldsOf(input)["client"]);
    const conversations = new Conversations(directory, (id) => client.describe(id));
    const countdownMs = countdownOf(options) * 1000;
    const idle = new Idle({ door, client, conversations, timers, countdownMs, isCurrent });
    const isWorker = (env["HOLDFAST_WORKER"] ?? "") !== "";
    const hooks = new Hooks({ door, client, conversations, idle, pid, isWorker, isPersons });

    /** Whatever happens in here, the host goes on; only a refusal of ours is heard. */
    const guarded = (place: string, run: (input: unknown, output: unknown) => Promise<void>) => {
      const note = (error: unknown): void => {
        if (error instanceof Denied) throw error;
        door.note(directory, place, error);
      };
      return (given: unknown, output: unknown): Promise<void> => {
        if (!isCurrent()) return Promise.resolve();
        try {
          return run(given, output).catch(note);
        } catch (error) {
          note(error);
          return Promise.resolve();
        }
      };
    };
    const tools = hostTools(parts.tools, conversations);
    return {
      event: guarded("event", hooks.event),
      "chat.message": guarded("chat.message", hooks.chatMessage),
      "chat.params": guarded("chat.params", hooks.chatParams),
      "command.execute.before": guarded("command.execute.before", hooks.commandBefore),
      "experimental.chat.system.transform": guarded("system.transform", hooks.systemTransform),
      "experimental.chat.messages.transform": guarded("messages.transform", hooks.messagesTransform),
      "experimental.session.compacting": guarded("session.compacting", hooks.compacting),
      "tool.execute.before": guarded("tool.execute.before", hooks.toolBefore),
      "tool.execute.after": guarded("tool.execute.after", hooks.toolAfter),
      "shell.env": guarded("shell.env", hooks.shellEnv),
      "tool.definition": guarded("tool.definition", tools.define),
      tool: tools.table,
      dispose: () =>
        guarded("dispose", async () => {
          await hooks.dispose();
          if (isCurrent()) current.delete(directory);
        })(undefined, undefined),
    };
  };

const isOff = (value: string | undefined): boolean => value !== undefined && /^(?:off|0|false)$/i.test(value);

function countdownOf(options: unknown): number {
  const { countdownSeconds } = fieldsOf(options);
  const isGood = typeof countdownSeconds === "number" && countdownSeconds >= 0 && countdownSeconds <= 3600;
  return isGood ? countdownSeconds : DEFAULT_COUNTDOWN_SECONDS;
}
