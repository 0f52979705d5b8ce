import { asksToStop, holdfastCommand } from "../../continuation/phrases.ts";
import type { HostEvent } from "../../engine/host-event.ts";
import { isMachineMade } from "../machine-prompt.ts";
import { itemsOf, payloadOf, textOf, type Payload } from "../payload.ts";
import { OWN_MARK, type HostClient } from "./client.ts";
import { actingSession, type Conversation, type Conversations } from "./conversation.ts";
import type { Door, Sight, ToolStarting } from "./door.ts";
import { countOf, fieldsOf, idOf, writableOf } from "./fields.ts";
import { besidesPlan, isSideRequest } from "./host-text.ts";
import type { Idle } from "./idle.ts";
import { NO_NEWS, placeMoving, type Entry } from "./moving-part.ts";
import { readEvent, readVoice, type Noticed } from "./noticed.ts";
import { isUnnamed, plainTitle, withCue } from "./title.ts";
import { mirrorTodos } from "./todos.ts";
import { readOutcome, readToolUse } from "./tool-use.ts";

export interface HookOptions {
  readonly door: Door;
  /** Whether this process is one that a person speaks to. */
  readonly isPersons: () => Promise<boolean>;
  readonly client: HostClient;
  readonly conversations: Conversations;
  readonly idle: Idle;
  readonly pid: number;
  /** Set where Holdfast itself started the host as a worker: it has named the session. */
  readonly isWorker: boolean;
}

const STOPPED = "Holdfast does not go on by itself any more; say proceed to let it.";

type Callback = (input: unknown, output: unknown) => Promise<void>;

/** What a tool's callback throws, which the host gives to the model as the tool's result. */
export class Denied extends Error {}

/** The callbacks of OpenCode 1.18 by the names it calls them by. Each may be called at any time, with anything. */
export class Hooks {
  readonly #options: HookOptions;

  constructor(options: HookOptions) {
    this.#options = options;
  }

  /** Something happened; nobody waits for what becomes of it. */
  readonly event: Callback = async (input) => {
    const noticed = readEvent(fieldsOf(input)["event"]);
    if (noticed !== undefined) await this.#notice(noticed);
  };

  /** A message was sent: by a person, by the host, by us, or to a subagent. */
  readonly chatMessage: Callback = async (input, output) => {
    const id = idOf(fieldsOf(input), "sessionID");
    if (id === undefined) return;
    const { conversations, idle } = this.#options;
    const message = fieldsOf(payloadOf(fieldsOf(output), "message"));
    const parts = itemsOf(fieldsOf(output), "parts").map(fieldsOf);
    const conversation = await conversations.known(id);
    const own = parts.some((part) => payloadOf(part, "metadata")?.[OWN_MARK] !== undefined);
    const texts = parts.filter((part) => textOf(part, "type") === "text");
    const isWritten = texts.some((part) => part["synthetic"] !== true);
    const prompt = texts.map((part) => textOf(part, "text") ?? "").join("\n");
    const { command } = conversation;
    conversation.command = undefined;
    this.#beginTurn(conversation, idOf(message, "id"), own);
    if (conversation.parent !== undefined) return this.#subagentStarts(conversation, prompt, textOf(message, "agent"));
    const isPersons = isWritten && !own && conversation.isKnown && !isMachineMade(prompt);
    if (isPersons) {
      idle.cancel(conversation);
      conversation.voice = readVoice({ ...fieldsOf(input), ...message });
    }
    await this.#start(conversation);
    // While a command of the agent's runs, it may be the one who speaks: by the host's own interface.
    const isTrusted = isPersons && !this.#runsShell(conversation) && (await this.#options.isPersons());
    const event: HostEvent = {
      ...this.#base(conversation),
      type: "prompt-submitted",
      prompt: command ?? prompt,
      by: isPersons ? "person" : "machine",
      ...idField(idOf(message, "id")),
    };
    await this.#tell(conversation, event, isTrusted);
    if (isPersons && !isTrusted) await this.#stopIfAsked(conversation, event.prompt);
  };

  /** A stop needs no trust: whoever says it, nothing is lost. */
  async #stopIfAsked(conversation: Conversation, prompt: string): Promise<void> {
    const { door, client } = this.#options;
    const isStop = holdfastCommand(prompt) === "stop" || (holdfastCommand(prompt) === undefined && asksToStop(prompt));
    if (!isStop || !(await door.stop(conversation.session, conversation.directory, "said in the conversation"))) return;
    await client.toast({ title: "Holdfast", message: STOPPED, variant: "info" });
  }

  /** A person's command: what the message then says is its template, not what the person typed. */
  readonly commandBefore: Callback = async (input) => {
    const fields = fieldsOf(input);
    const id = idOf(fields, "sessionID");
    const name = textOf(fields, "command");
    if (id === undefined || name === undefined) return;
    const rest = textOf(fields, "arguments");
    this.#options.conversations.seen(id).command = `/${name}${rest === undefined ? "" : ` ${rest}`}`;
  };

  /** The stable part, behind the host's own system text. */
  readonly systemTransform: Callback = async (input, output) => {
    const id = idOf(fieldsOf(input), "sessionID");
    const { system } = fieldsOf(output);
    if (id === undefined || !Array.isArray(system) || isSideRequest(system)) return;
    const conversation = await this.#options.conversations.known(id);
    const sight = conversation.parent === undefined ? await this.#look(conversation) : undefined;
    const { ownContext, isInPrompt } = conversation;
    const texts = [sight?.stable ?? "", isInPrompt ? "" : ownContext].filter((text) => text !== "");
    if (texts.length > 0) system.push(texts.join("\n\n"));
  };

  /** The moving part, in the last message. */
  readonly messagesTransform: Callback = async (_, output) => {
    const { messages } = fieldsOf(output);
    if (!Array.isArray(messages)) return;
    const entries = messages.filter((entry) => Array.isArray(fieldsOf(entry)["parts"])) as Entry[];
    const id = idOf(fieldsOf(entries.at(-1)?.info), "sessionID");
    if (id === undefined || entries.length !== messages.length) return;
    const conversation = await this.#options.conversations.known(id);
    if (conversation.isCompacting) {
      conversation.isCompacting = false;
      return;
    }
    await this.#start(conversation);
    const sight = conversation.parent === undefined ? await this.#look(conversation) : undefined;
    const { trail, news } = conversation;
    conversation.news = NO_NEWS;
    conversation.trail = placeMoving(messages as Entry[], trail, { moving: sight?.moving, news });
  };

  readonly compacting: Callback = async (input, output) => {
    const id = idOf(fieldsOf(input), "sessionID");
    const { context } = fieldsOf(output);
    if (id === undefined || !Array.isArray(context)) return;
    const conversation = await this.#options.conversations.known(id);
    conversation.isCompacting = true;
    const trigger = conversation.compaction?.isAuto === false ? "manual" : "auto";
    const reply = await this.#options.door.answer({ ...this.#base(conversation), type: "compacting", trigger }, true);
    if (reply.context !== undefined) context.push(reply.context);
  };

  /** What nothing is to be decided about is let through without waiting for anything. */
  readonly toolBefore: Callback = (input, output) => {
    const call = readCall(input);
    if (call === undefined) return NOTHING;
    const conversation = this.#options.conversations.seen(call.conversation);
    if (!conversation.isKnown) return this.#toolStarts(call, output);
    if (call.name === "todowrite") return this.#toolStarts(call, output);
    const event = this.#starting(conversation, call, fieldsOf(output)["args"]);
    return event === undefined || !this.#options.door.concerns(event) ? NOTHING : this.#toolStarts(call, output);
  };

  async #toolStarts(call: Call, output: unknown): Promise<void> {
    const { door, conversations } = this.#options;
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
    if (reply.context !== undefined) this.#addNews(conversation, reply.context);
  }

  /** The tool that is about to run, where it is one that may be decided about. */
  #starting(conversation: Conversation, { name, callId }: Call, args: unknown): ToolStarting | undefined {
    const tool = readToolUse(name, args, { cwd: conversation.directory, ...(callId === undefined ? {} : { callId }) });
    if (tool.kind === "read" || tool.kind === "other") return undefined;
    if (tool.kind === "shell" && callId !== undefined) conversation.runningShells.add(callId);
    return { ...this.#base(conversation), type: "tool-starting", tool, ...idField(callId) };
  }

  readonly toolAfter: Callback = async (input, output) => {
    const call = readCall(input);
    if (call === undefined) return;
    const { conversations } = this.#options;
    const seen = conversations.seen(call.conversation);
    const conversation = seen.isKnown ? seen : await conversations.known(call.conversation);
    const { name, callId } = call;
    this.#toolEnded(conversation, name, callId, fieldsOf(input)["args"], readEnd(name, fieldsOf(output)));
  };

  /** Commands that the agent runs know whose they are. */
  readonly shellEnv: Callback = async (input, output) => {
    const id = idOf(fieldsOf(input), "sessionID");
    const env = writableOf(fieldsOf(output), "env");
    if (id === undefined || env === undefined || this.#options.isWorker) return;
    const { conversations } = this.#options;
    const seen = conversations.seen(id);
    const conversation = seen.isKnown ? seen : await conversations.known(id);
    env["HOLDFAST_SESSION"] = actingSession(conversation);
    env["HOLDFAST_PID"] = String(this.#options.pid);
  };

  /** How much the model can hold. */
  readonly chatParams: Callback = async (input) => {
    const fields = fieldsOf(input);
    const id = idOf(fields, "sessionID");
    const size = countOf(fieldsOf(payloadOf(fieldsOf(payloadOf(fields, "model")), "limit")), "context");
    if (id !== undefined && size > 0) this.#options.conversations.seen(id).windowSize = size;
  };

  readonly dispose = async (): Promise<void> => {
    const { conversations, idle, door } = this.#options;
    idle.cancelAll();
    for (const conversation of conversations.all()) {
      if (conversation.parent !== undefined || conversation.started === undefined) continue;
      await door.answer({ ...this.#base(conversation), type: "session-ended", reason: "exit" }, true);
    }
  };

  async #notice(noticed: Noticed): Promise<void> {
    const { conversations } = this.#options;
    const conversation = conversations.seen(noticed.conversation);
    switch (noticed.type) {
      case "described":
        conversations.describe(conversation, noticed.description);
        if (noticed.isNew) conversation.isNew = true;
        else if (!conversation.isBusy) await conversation.later(() => this.#retitle(conversation));
        return;
      case "deleted":
        return this.#deleted(conversation);
      case "busy":
        conversation.isBusy = true;
        return;
      case "idle":
        conversation.isBusy = false;
        return this.#rests(conversation);
      case "failed":
        conversation.failure = noticed.failure;
        return;
      case "compaction-asked":
        conversation.compaction = { message: noticed.message, isAuto: noticed.isAuto };
        this.#beginTurn(conversation, noticed.message, false);
        return;
      case "compacted":
        return this.#compacted(conversation);
      case "user-message":
        // The host re-sends old ones, late; a new one it tells us of in `chat.message`, or it is its own.
        if (conversation.turn === undefined || noticed.message > conversation.turn) {
          this.#beginTurn(conversation, noticed.message, false);
        }
        return;
      case "assistant-message":
        if (noticed.agent !== undefined) conversation.agentName = noticed.agent;
        conversation.countTokens(noticed.message, noticed.tokens);
        if (noticed.failure !== undefined && conversation.reported !== conversation.turn) {
          conversation.failure ??= noticed.failure;
        }
        return;
      case "text":
        if (noticed.message !== conversation.turn) conversation.lastMessage = noticed.text;
        return;
      case "tool-failed":
        this.#toolEnded(conversation, noticed.tool, noticed.callId, noticed.args, { outcome: "failed" });
        return;
      case "todos":
        conversation.todos = noticed.todos;
        return;
      case "asked":
        conversation.asks.add(noticed.ask);
        return;
      case "answered":
        conversation.asks.delete(noticed.ask);
        return;
      default:
        return noticed satisfies never;
    }
  }

  #beginTurn(conversation: Conversation, message: string | undefined, isContinued: boolean): void {
    if (message === undefined || message === conversation.turn) return;
    conversation.turn = message;
    conversation.isContinued = isContinued;
    conversation.failure = undefined;
    conversation.lastMessage = undefined;
    conversation.turnTokens.clear();
  }

  /** A subagent is done, or the main agent has come to rest. */
  async #rests(conversation: Conversation): Promise<void> {
    const { conversations, idle } = this.#options;
    await conversations.known(conversation.id);
    const { root } = conversation;
    if (conversation !== root) {
      if (!conversation.isWorking) return;
      conversation.isWorking = false;
      const { lastMessage } = conversation;
      const said = lastMessage === undefined ? {} : { lastMessage };
      await root.later(() =>
        this.#tell(root, { ...this.#base(conversation), type: "subagent-finished", ...said }, true),
      );
      if (root.isBusy) return;
    }
    if (!conversation.isKnown) return;
    await root.later(async () => {
      await idle.ended(root);
      await this.#retitle(root);
    });
  }

  async #deleted(conversation: Conversation): Promise<void> {
    const { conversations, idle } = this.#options;
    idle.cancel(conversation);
    conversations.forget(conversation.id);
    if (conversation.parent !== undefined || conversation.started === undefined) return;
    await conversation.later(() =>
      this.#tell(conversation, { ...this.#base(conversation), type: "session-ended", reason: "deleted" }, true),
    );
  }

  /** The model has forgotten what it was shown; what went wrong before led to this. */
  async #compacted(conversation: Conversation): Promise<void> {
    conversation.failure = undefined;
    conversation.isCompacting = false;
    conversation.isInPrompt = false;
    conversation.tokensInWindow = 0;
    if (conversation.parent !== undefined) return;
    await this.#tell(conversation, { ...this.#base(conversation), type: "compacted" }, true);
    await this.#tell(conversation, { ...this.#base(conversation), type: "session-started", source: "compact" }, true);
  }

  /** Tells that the conversation goes on in this process, once. */
  #start(conversation: Conversation): Promise<void> {
    if (conversation.parent !== undefined) return Promise.resolve();
    const source = conversation.isNew ? "startup" : "resume";
    conversation.started ??= this.#tell(
      conversation,
      { ...this.#base(conversation), type: "session-started", source },
      true,
    );
    return conversation.started;
  }

  async #subagentStarts(conversation: Conversation, prompt: string, agentType: string | undefined): Promise<void> {
    if (conversation.isWorking) return;
    conversation.isWorking = true;
    const { turn } = conversation;
    const reply = await this.#options.door.answer(
      {
        ...this.#base(conversation),
        type: "subagent-starting",
        prompt,
        ...(agentType === undefined ? {} : { agentType }),
        ...idField(turn),
      },
      true,
    );
    conversation.ownContext = reply.context ?? "";
    conversation.isInPrompt = prompt.includes(conversation.ownContext);
  }

  /** Hands an event on; what is to be said goes with the next request, what is for the person is shown. */
  async #tell(conversation: Conversation, event: HostEvent, isTrusted: boolean): Promise<void> {
    const { door, client } = this.#options;
    const { context, notice } = await door.answer(event, isTrusted);
    if (context !== undefined) this.#addNews(conversation, context);
    if (notice !== undefined) await client.toast({ title: "Holdfast", message: notice, variant: "info" });
  }

  #addNews(conversation: Conversation, context: string): void {
    const { lines, texts } = besidesPlan(context);
    const { news } = conversation;
    conversation.news = { lines: [...news.lines, ...lines], texts: [...news.texts, ...texts] };
  }

  #toolEnded(conversation: Conversation, name: string, callId: string | undefined, args: unknown, end: ToolEnd): void {
    if (callId !== undefined) conversation.runningShells.delete(callId);
    const read = readToolUse(name, args, { cwd: conversation.directory, ...(callId === undefined ? {} : { callId }) });
    if (read.kind === "read" || read.kind === "other" || this.#isQuiet(conversation)) return;
    const { outcome, exitCode, ...spawned } = end;
    const tool = { ...read, ...spawned };
    const event = {
      ...this.#base(conversation),
      type: "tool-finished" as const,
      tool,
      outcome,
      ...(exitCode === undefined ? {} : { exitCode }),
      ...idField(callId),
    };
    const { root, directory } = conversation;
    root
      .later(() => this.#tell(conversation, event, true))
      .catch((error: unknown) => this.#options.door.note(directory, "tool.execute.after", error));
  }

  /** The conversation's title says which plan it is on; nothing is touched where nothing changed. */
  async #retitle(conversation: Conversation): Promise<void> {
    const { title, directory, parent } = conversation;
    // The host names a conversation only while nobody else has.
    if (title === undefined || parent !== undefined || conversation.isBusy || isUnnamed(title)) return;
    const { door, client } = this.#options;
    const sight = await this.#look(conversation);
    const wanted = withCue(
      plainTitle(title, (slug) => door.isPlan(directory, slug)),
      sight?.cue,
    );
    if (wanted === title || !(await client.rename(conversation.id, wanted))) return;
    conversation.title = wanted;
  }

  #look(conversation: Conversation): Promise<Sight | undefined> {
    return this.#options.door.look(actingSession(conversation), conversation.directory);
  }

  #isQuiet = ({ directory }: Conversation): boolean => this.#options.door.isQuiet(directory);

  #runsShell(root: Conversation): boolean {
    return this.#options.conversations.all().some((one) => one.root === root && one.runningShells.size > 0);
  }

  #base(conversation: Conversation) {
    const { contextUse } = conversation;
    return {
      host: "opencode" as const,
      session: conversation.session,
      cwd: conversation.directory,
      ...(conversation.parent === undefined ? {} : { agent: conversation.id }),
      ...(contextUse === undefined ? {} : { contextUse }),
    };
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
  readonly agent?: string;
  readonly isBackground?: boolean;
  /** What the subagent said last. */
  readonly result?: string;
}

function readEnd(name: string, output: Payload): ToolEnd {
  const metadata = fieldsOf(payloadOf(output, "metadata"));
  if (name === "bash" || name === "shell") return readOutcome(metadata);
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

const idField = (id: string | undefined): { readonly id?: string } => (id === undefined ? {} : { id });
