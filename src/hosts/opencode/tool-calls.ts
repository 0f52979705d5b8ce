import { itemsOf, payloadOf, textOf, type Payload } from "../payload.ts";
import { actingSession, type Conversation, type Conversations } from "./conversation.ts";
import type { Door, ToolStarting } from "./door.ts";
import { fieldsOf, idOf, writableOf } from "./fields.ts";
import { idField, type Teller } from "./teller.ts";
import { mirrorTodos } from "./todos.ts";
import { readOutcome, readToolUse } from "./tool-use.ts";

export interface ToolCallOptions {
  readonly door: Door;
  readonly conversations: Conversations;
  readonly teller: Teller;
}

/** What a tool's callback throws, which the host gives to the model as the tool's result. */
export class Denied extends Error {}

/** The host's own tools, before and after they run. */
export class ToolCalls {
  readonly #options: ToolCallOptions;

  constructor(options: ToolCallOptions) {
    this.#options = options;
  }

  /** What nothing is to be decided about is let through without waiting for anything. */
  before(input: unknown, output: unknown): Promise<void> {
    const call = readCall(input);
    if (call === undefined) return NOTHING;
    const conversation = this.#options.conversations.seen(call.conversation);
    if (!conversation.isKnown) return this.#starts(call, output);
    if (call.name === "todowrite") return this.#starts(call, output);
    const event = this.#starting(conversation, call, fieldsOf(output)["args"]);
    return event === undefined || !this.#options.door.concerns(event) ? NOTHING : this.#starts(call, output);
  }

  async #starts(call: Call, output: unknown): Promise<void> {
    const { door, conversations, teller } = this.#options;
    const conversation = await conversations.known(call.conversation);
    const args = writableOf(fieldsOf(output), "args");
    if (call.name === "todowrite" && args !== undefined) {
      const todos = await door.planTodos(actingSession(conversation), conversation.directory);
      if (todos !== undefined) args["todos"] = mirrorTodos(itemsOf(args, "todos"), todos);
      return;
    }
    const event = this.#starting(conversation, call, args);
    if (event === undefined || !door.concerns(event)) return;
    const reply = await door.answer(event, true);
    if (reply.deny !== undefined) {
      conversation.runningShells.delete(call.callId ?? "");
      throw new Denied(reply.deny);
    }
    if (reply.prompt !== undefined && args !== undefined) args["prompt"] = reply.prompt;
    if (reply.context !== undefined) teller.addNews(conversation, reply.context);
  }

  /** The tool that is about to run, where it is one that may be decided about. */
  #starting(conversation: Conversation, { name, callId }: Call, args: unknown): ToolStarting | undefined {
    const tool = readToolUse(name, args, { cwd: conversation.directory, ...(callId === undefined ? {} : { callId }) });
    if (tool.kind === "read" || tool.kind === "other") return undefined;
    if (tool.kind === "shell" && callId !== undefined) conversation.runningShells.add(callId);
    return { ...this.#options.teller.base(conversation), type: "tool-starting", tool, ...idField(callId) };
  }

  async after(input: unknown, output: unknown): Promise<void> {
    const call = readCall(input);
    if (call === undefined) return;
    const { conversations } = this.#options;
    const seen = conversations.seen(call.conversation);
    const conversation = seen.isKnown ? seen : await conversations.known(call.conversation);
    const { name, callId } = call;
    await this.ended(conversation, name, callId, fieldsOf(input)["args"], readEnd(name, fieldsOf(output)));
  }

  /**
   * The host has a callback for what went well; what failed it only tells of. Nobody waits for what becomes of it, but
   * where a check ran: what is there then is looked at before the agent goes on.
   */
  ended(
    conversation: Conversation,
    name: string,
    callId: string | undefined,
    args: unknown,
    end: ToolEnd,
  ): Promise<void> {
    const { door, teller } = this.#options;
    if (callId !== undefined) conversation.runningShells.delete(callId);
    const read = readToolUse(name, args, { cwd: conversation.directory, ...(callId === undefined ? {} : { callId }) });
    if (read.kind === "read" || read.kind === "other" || door.isQuiet(conversation.directory)) return NOTHING;
    const { outcome, exitCode, printed, ...spawned } = end;
    const tool = { ...read, ...spawned };
    const event = {
      ...teller.base(conversation),
      type: "tool-finished" as const,
      tool,
      outcome,
      ...(exitCode === undefined ? {} : { exitCode }),
      ...(printed === undefined ? {} : { printed }),
      ...idField(callId),
    };
    const { root, directory } = conversation;
    const told = root
      .later(() => teller.tell(conversation, event, true))
      .catch((error: unknown) => door.note(directory, "tool.execute.after", error));
    return door.ranCheck(event) ? told : NOTHING;
  }

  /** Whether a command of the agent's, or of one of its subagents, is running. */
  runsShell(root: Conversation): boolean {
    return this.#options.conversations.all().some((one) => one.root === root && one.runningShells.size > 0);
  }
}

const NOTHING: Promise<void> = Promise.resolve();

/** One call of a tool, as the host tells of its beginning and its end. */
interface Call {
  readonly conversation: string;
  readonly name: string;
  readonly callId: string | undefined;
}

function readCall(input: unknown): Call | undefined {
  const fields = fieldsOf(input);
  const conversation = idOf(fields, "sessionID");
  const name = textOf(fields, "tool");
  return conversation === undefined || name === undefined
    ? undefined
    : { conversation, name, callId: textOf(fields, "callID") };
}

interface ToolEnd {
  readonly outcome: "ok" | "failed" | "unknown";
  readonly exitCode?: number;
  readonly printed?: string;
  readonly agent?: string;
  readonly isBackground?: boolean;
  /** What the subagent said last. */
  readonly result?: string;
}

function readEnd(name: string, output: Payload): ToolEnd {
  const metadata = fieldsOf(payloadOf(output, "metadata"));
  if (name === "bash" || name === "shell") {
    const printed = metadata["truncated"] === false ? output["output"] : undefined;
    return { ...readOutcome(metadata), ...(typeof printed === "string" ? { printed } : {}) };
  }
  const agent = idOf(metadata, "sessionId");
  if (name !== "task" || agent === undefined) return { outcome: "ok" };
  const result = /<task_result>\n?([\s\S]*?)\n?<\/task_result>/.exec(textOf(output, "output") ?? "")?.[1];
  return {
    outcome: "ok",
    agent,
    ...(metadata["background"] === true && { isBackground: true }),
    ...(result === undefined ? {} : { result }),
  };
}
