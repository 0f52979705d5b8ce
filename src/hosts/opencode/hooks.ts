import type { HostEvent } from "../../engine/hooks/host-event.ts";
import { isMachineMade } from "../machine-prompt.ts";
import { itemsOf, payloadOf, textOf } from "../payload.ts";
import { OWN_MARK, type HostClient } from "./client.ts";
import { actingSession, type Conversation, type Conversations } from "./conversation.ts";
import type { Door } from "./door.ts";
import { countOf, fieldsOf, idOf, writableOf } from "./fields.ts";
import { Happenings } from "./happenings.ts";
import { isSideRequest } from "./host-text.ts";
import type { Idle } from "./idle.ts";
import { NO_NEWS, placeMoving, type Entry } from "./moving-part.ts";
import { readEvent, readVoice } from "./noticed.ts";
import { idField, Teller } from "./teller.ts";
import { ToolCalls } from "./tool-calls.ts";

export interface HookOptions {
  readonly door: Door;
  /** Whether this process is one that a person speaks to, and nothing of an agent's now. */
  readonly isPersons: () => Promise<boolean>;
  readonly client: HostClient;
  readonly conversations: Conversations;
  readonly idle: Idle;
  readonly pid: number;
  /** Set where Holdfast itself started the host as a worker: it has named the session. */
  readonly isWorker: boolean;
}

type Callback = (input: unknown, output: unknown) => Promise<void>;

/** The callbacks of OpenCode 1.18 by the names it calls them by. Each may be called at any time, with anything. */
export class Hooks {
  readonly #options: HookOptions;
  readonly #teller: Teller;
  readonly #tools: ToolCalls;
  readonly #happenings: Happenings;

  constructor(options: HookOptions) {
    this.#options = options;
    this.#teller = new Teller(options);
    this.#tools = new ToolCalls({ ...options, teller: this.#teller });
    this.#happenings = new Happenings({ ...options, teller: this.#teller, tools: this.#tools });
  }

  readonly toolBefore: Callback = (input, output) => this.#tools.before(input, output);
  readonly toolAfter: Callback = (input, output) => this.#tools.after(input, output);

  /** Something happened; nobody waits for what becomes of it. */
  readonly event: Callback = async (input) => {
    const noticed = readEvent(fieldsOf(input)["event"]);
    if (noticed !== undefined) await this.#happenings.notice(noticed);
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
    conversation.beginTurn(idOf(message, "id"), own);
    if (conversation.parent !== undefined) return this.#subagentStarts(conversation, prompt, textOf(message, "agent"));
    const isPersons = isWritten && !own && conversation.isKnown && !isMachineMade(prompt);
    if (isPersons) {
      idle.cancel(conversation);
      conversation.voice = readVoice({ ...fieldsOf(input), ...message });
    }
    await this.#teller.start(conversation);
    // While a command of the agent's runs, it may be the one who speaks: by the host's own interface.
    const isTrusted = isPersons && !this.#tools.runsShell(conversation) && (await this.#options.isPersons());
    const event: HostEvent = {
      ...this.#teller.base(conversation),
      type: "prompt-submitted",
      prompt: command ?? prompt,
      by: isPersons ? "person" : "machine",
      ...idField(idOf(message, "id")),
    };
    await this.#teller.tell(conversation, event, isTrusted);
  };

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
    const sight = conversation.parent === undefined ? await this.#teller.look(conversation) : undefined;
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
    await this.#teller.start(conversation);
    const sight = conversation.parent === undefined ? await this.#teller.look(conversation) : undefined;
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
    const reply = await this.#options.door.answer(
      { ...this.#teller.base(conversation), type: "compacting", trigger },
      true,
    );
    if (reply.context !== undefined) context.push(reply.context);
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
      await door.answer({ ...this.#teller.base(conversation), type: "session-ended", reason: "exit" }, true);
    }
  };

  async #subagentStarts(conversation: Conversation, prompt: string, agentType: string | undefined): Promise<void> {
    if (conversation.isWorking) return;
    conversation.isWorking = true;
    const { turn } = conversation;
    const reply = await this.#options.door.answer(
      {
        ...this.#teller.base(conversation),
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
}
