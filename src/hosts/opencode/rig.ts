import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { ListItem } from "../../context/plan-item.ts";
import type { HostEvent, HostReply } from "../../engine/hooks/host-event.ts";
import type { Door, Sight, TurnEnded, TurnFacts } from "./door.ts";
import type { Payload } from "../payload.ts";
import { makeServer } from "./plugin.ts";

/** A payload as the real host sent it. */
export const captured = (name: string): { readonly input: Payload; readonly output: Payload } =>
  JSON.parse(readFileSync(join(import.meta.dirname, "fixtures", `${name}.json`), "utf8"));

export const MAIN = "ses_main";
export const CHILD = "ses_child";
export const FOLDER = "/project";

/** The plugin between a host and a Holdfast that are both played, and a clock that is moved by hand. */
export class Rig {
  readonly events: HostEvent[] = [];
  readonly trusted: boolean[] = [];
  readonly prompts: Payload[] = [];
  readonly toasts: string[] = [];
  readonly renamed: string[] = [];
  readonly noted: string[] = [];
  readonly turns: { readonly event: TurnEnded; readonly facts: TurnFacts }[] = [];
  sight: Sight | undefined;
  todos: readonly ListItem[] | undefined;
  reply: (event: HostEvent) => HostReply = () => ({});
  /** What a turn's end comes to; nothing is granted where it is not set. */
  next: ((event: TurnEnded, facts: TurnFacts) => HostReply) | undefined;
  isPersons = true;
  now = 0;
  hooks: Readonly<Record<string, (input?: unknown, output?: unknown) => Promise<void>>> = {};
  tools: Readonly<Record<string, { readonly execute: (args: unknown, context: unknown) => Promise<string> }>> = {};
  readonly #described = new Map<string, Payload>();
  #timers: { readonly at: number; readonly run: () => void }[] = [];
  #messages = 0;

  readonly #door: Door;
  readonly folder: string;

  /** With a real Holdfast where one is given. */
  constructor({ door, folder = FOLDER }: { readonly door?: Door; readonly folder?: string } = {}) {
    this.#door = door ?? this.#playedDoor();
    this.folder = folder;
  }

  static async start(options: Payload = {}, env: Readonly<Record<string, string>> = {}): Promise<Rig> {
    const rig = new Rig();
    await rig.load(options, env);
    return rig;
  }

  async load(options: Payload = {}, env: Readonly<Record<string, string>> = {}): Promise<void> {
    const timers = {
      after: (ms: number, run: () => void) => {
        const timer = { at: this.now + ms, run };
        this.#timers.push(timer);
        return () => {
          this.#timers = this.#timers.filter((one) => one !== timer);
        };
      },
    };
    const server = makeServer({
      door: this.#door,
      timers,
      tools: [
        {
          name: "goal_status",
          description: "Shows the goal.",
          schema: { type: "object", properties: { a: { type: "string" } } },
          run: async (args, caller) => JSON.stringify({ args, caller }),
        },
      ],
      isPersons: async () => this.isPersons,
      env,
      pid: 4711,
    });
    const { tool = {}, ...hooks } = await server({ client: this.#client(), directory: this.folder }, options);
    this.hooks = hooks as typeof this.hooks;
    this.tools = tool as typeof this.tools;
  }

  #playedDoor(): Door {
    return {
      look: async () => this.sight,
      planTodos: async () => this.todos,
      isQuiet: () => false,
      concerns: () => true,
      ranCheck: ({ tool }) => tool.command === "npm test",
      isPlan: (_, slug) => slug === "auth",
      answer: async (event, isTrusted) => {
        this.events.push(event);
        this.trusted.push(isTrusted);
        return this.reply(event);
      },
      mayGoOn: async (event, facts) =>
        this.next !== undefined && event.ending === "clean" && !facts.isAwaited && event.backgroundTasks === 0,
      endTurn: async (event, facts) => {
        this.turns.push({ event, facts });
        return this.next?.(event, facts) ?? {};
      },
      note: (_, place, error) => this.noted.push(`${place}: ${String(error)}`),
    };
  }

  #client() {
    return {
      session: {
        get: async ({ path }: { path: { id: string } }) => ({ data: this.#described.get(path.id) ?? { id: path.id } }),
        promptAsync: async (request: { path: { id: string }; body: Payload }) => {
          this.prompts.push(request.body);
          // The host tells of it by and by; who sent it does not wait for that.
          void this.userMessage(request.path.id, request.body["parts"] as readonly Payload[], request.body);
          return {};
        },
        update: async ({ path, body }: { path: { id: string }; body: { title: string } }) => {
          this.renamed.push(body.title);
          void this.event("session.updated", { info: { id: path.id, title: body.title } });
          return {};
        },
      },
      tui: {
        showToast: async ({ body }: { body: { message: string } }) => {
          this.toasts.push(body.message);
          return {};
        },
      },
    };
  }

  call(hook: string, input?: unknown, output?: unknown): Promise<void> {
    const callback = this.hooks[hook];
    expect(callback, hook).toBeDefined();
    return callback!(input, output);
  }

  event(type: string, properties: Payload): Promise<void> {
    return this.call("event", { event: { id: `evt_${type}`, type, properties } });
  }

  /** Lets time pass; whatever falls due is run, and what comes of it is waited for. */
  async pass(ms: number): Promise<void> {
    const until = this.now + ms;
    for (;;) {
      const due = this.#timers.filter(({ at }) => at <= until).toSorted((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.now = due.at;
      this.#timers = this.#timers.filter((one) => one !== due);
      due.run();
      await settle();
    }
    this.now = until;
    await settle();
  }

  get waiting(): number {
    return this.#timers.length;
  }

  async created(id: string = MAIN, more: Payload = {}): Promise<void> {
    const info = { id, directory: this.folder, title: "New session - 2026-11-20T05:10:27.964Z", ...more };
    this.#described.set(id, info);
    await this.event("session.created", { sessionID: id, info });
  }

  /** As the host sends a message: the callback, then the event. */
  async userMessage(session: string, parts: readonly Payload[], more: Payload = {}): Promise<string> {
    const id = `msg_${String((this.#messages += 1)).padStart(4, "0")}`;
    const { agent = "build", model = { providerID: "p", modelID: "m" }, variant } = more;
    const full = variant === undefined ? model : { ...(model as object), variant };
    const message = { id, role: "user", sessionID: session, agent, model: full };
    await this.call("chat.message", { sessionID: session }, { message, parts: [...parts] });
    await this.event("message.updated", { sessionID: session, info: message });
    await this.event("session.status", { sessionID: session, status: { type: "busy" } });
    return id;
  }

  says(text: string, more: Payload = {}, session = MAIN): Promise<string> {
    return this.userMessage(session, [{ type: "text", text }], more);
  }

  async answers(text: string, session = MAIN, more: Payload = {}): Promise<void> {
    const id = `msg_${String((this.#messages += 1)).padStart(4, "0")}`;
    const part = { id: `prt_${id}`, messageID: id, sessionID: session, type: "text", text };
    await this.event("message.part.updated", { sessionID: session, part });
    const info = { id, role: "assistant", agent: "build", tokens: { input: 100, output: 5 }, ...more };
    await this.event("message.updated", { sessionID: session, info });
  }

  /** Both events of the host, which come within a millisecond. */
  async idle(session = MAIN): Promise<void> {
    await this.event("session.status", { sessionID: session, status: { type: "idle" } });
    await this.event("session.idle", { sessionID: session });
    await settle();
  }

  /** A whole turn that ends well. */
  async turn(text: string, answer = "done", more: Payload = {}): Promise<string> {
    const id = await this.says(text, more);
    await this.answers(answer);
    await this.idle();
    return id;
  }

  ofType<T extends HostEvent["type"]>(type: T): readonly Extract<HostEvent, { readonly type: T }>[] {
    return this.events.filter((event): event is Extract<HostEvent, { readonly type: T }> => event.type === type);
  }
}

/** Until nothing more follows from what was done. */
export async function settle(): Promise<void> {
  for (let round = 0; round < 10; round += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}
