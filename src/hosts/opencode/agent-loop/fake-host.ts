import { vi } from "vitest";
import type { Goal, GoalManagement, LoopEvent, PluginContext } from "./api.ts";
import type { Clock } from "./clock.ts";

/** A clock that stands still until it is told to go on. */
export class FakeClock implements Clock {
  #now = 1_000_000;
  #timers: { readonly at: number; readonly call: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, call: () => void): () => void {
    const timer = { at: this.#now + ms, call };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  get pending(): number {
    return this.#timers.length;
  }

  /** Lets time pass; whatever a timer begins comes to its end before the next. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    for (;;) {
      const next = this.#timers.toSorted((a, b) => a.at - b.at)[0];
      if (next === undefined || next.at > end) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#now = Math.max(this.#now, next.at);
      next.call();
      await settle();
    }
    this.#now = end;
  }
}

/** Everything that was begun without waiting for anything outside the process is over. */
export async function settle(): Promise<void> {
  for (let round = 0; round < 8; round += 1) await new Promise((resolve) => setImmediate(resolve));
}

interface FakeTodo {
  content: string;
  status: string;
  priority?: string;
}

export interface SentBody {
  readonly agent?: string;
  readonly model?: unknown;
  readonly variant?: string;
  readonly noReply?: boolean;
  readonly parts: readonly {
    readonly type: string;
    readonly text: string;
    readonly synthetic?: boolean;
    readonly metadata?: object;
  }[];
}

/** OpenCode as a plugin sees it: it keeps a conversation, tells of it in its own order, and notes what it is sent. */
export class FakeHost {
  readonly clock = new FakeClock();
  todos: FakeTodo[] = [];
  info: Record<string, unknown> = { id: "ses_a", agent: "build", model: { id: "m1", providerID: "p" } };
  messages: { info: Record<string, unknown>; parts: Record<string, unknown>[] }[] = [];
  working = new Set<string>();
  childIds: string[] = [];
  listensToParts = true;
  readonly sent: SentBody[] = [];
  readonly toasts: {
    readonly title: string;
    readonly message: string;
    readonly variant: string;
    readonly duration: number;
  }[] = [];
  readonly logged: { readonly level: string; readonly message: string }[] = [];
  /** Answers the next prompts with an error. */
  refusal: unknown;
  readonly context: PluginContext;
  #handlers: ((input: { event: LoopEvent }) => Promise<void>)[] = [];
  #ids = 0;

  constructor() {
    const send = async ({ body }: { body: SentBody }) => {
      if (this.refusal !== undefined) return { error: this.refusal };
      this.sent.push(body);
      this.working.add("ses_a");
      return { data: undefined };
    };
    this.context = {
      directory: "/nowhere/project",
      client: {
        session: {
          prompt: vi.fn(send),
          promptAsync: vi.fn(send),
          todo: vi.fn(async () => ({ data: this.todos })),
          get: vi.fn(async ({ path }: { path: { id: string } }) => ({ data: { ...this.info, id: path.id } })),
          messages: vi.fn(async () => ({ data: this.messages })),
          status: vi.fn(async () => ({
            data: Object.fromEntries([...this.working].map((id) => [id, { type: "busy" }])),
          })),
          children: vi.fn(async () => ({ data: this.childIds.map((id) => ({ id })) })),
        },
        tui: { showToast: vi.fn(async ({ body }) => void this.toasts.push(body)) },
        app: { log: vi.fn(async ({ body }) => void this.logged.push(body)) },
      },
    };
  }

  listen(...handlers: readonly ((input: { event: LoopEvent }) => Promise<void>)[]): void {
    this.#handlers.push(...handlers);
  }

  async tell(type: string, properties: Record<string, unknown> = {}, sessionID = "ses_a"): Promise<void> {
    for (const handler of this.#handlers) await handler({ event: { type, properties: { sessionID, ...properties } } });
  }

  newId(): string {
    this.#ids += 1;
    return `msg_${String(this.#ids).padStart(4, "0")}`;
  }

  /** A message with its parts, as the host tells of it: the message first, then each part. */
  async message(
    info: Record<string, unknown>,
    parts: readonly Record<string, unknown>[],
    sessionID = "ses_a",
  ): Promise<string> {
    const id = (info["id"] as string | undefined) ?? this.newId();
    const whole = { time: { created: this.clock.now() }, ...info, id, sessionID };
    const placed = parts.map((part) => ({ type: "text", ...part, messageID: id, sessionID }));
    this.messages.push({ info: whole, parts: placed });
    await this.tell("message.updated", { info: whole }, sessionID);
    for (const part of this.listensToParts ? placed : []) await this.tell("message.part.updated", { part }, sessionID);
    return id;
  }

  /** A person writes, and the session works. */
  async person(text: string, info: Record<string, unknown> = {}): Promise<string> {
    this.working.add("ses_a");
    return this.message({ role: "user", agent: "build", model: { providerID: "p", modelID: "m1" }, ...info }, [
      { text },
    ]);
  }

  /** The turn that goes on ends: what we sent is told of, the agent answers, and the session is idle. */
  async turn(text = "Did some work.", info: Record<string, unknown> = {}): Promise<void> {
    const last = this.sent.at(-1);
    const isTold = this.messages.filter(({ parts }) => parts.some((part) => part["synthetic"] === true)).length;
    if (last !== undefined && isTold < this.sent.length) {
      await this.message({ role: "user", agent: last.agent, model: last.model }, last.parts);
    }
    await this.message({ role: "assistant", agent: "build", providerID: "p", modelID: "m1", ...info }, [{ text }]);
    await this.idle();
  }

  async idle(sessionID = "ses_a"): Promise<void> {
    this.working.delete(sessionID);
    await this.tell("session.status", { status: { type: "idle" } }, sessionID);
    await this.tell("session.idle", {}, sessionID);
    await settle();
  }

  async fail(error: unknown): Promise<void> {
    await this.tell("session.error", { error });
    await this.idle();
    await this.message({ role: "assistant", error }, []);
    await this.idle();
  }
}

/** Goals in memory. */
export function memoryGoals(goal?: Partial<Goal>): GoalManagement & { goal: Goal | null } {
  const whole = (given: Partial<Goal>): Goal => ({
    title: "Make it fast",
    done_condition: "100 ms",
    status: "active",
    created_at: "2026-01-01T00:00:00.000Z",
    completed_at: null,
    validated_at: null,
    ...given,
  });
  let isCleared = false;
  const goals: GoalManagement & { goal: Goal | null } = {
    goal: goal === undefined ? null : whole(goal),
    readGoal: async () => goals.goal,
    getGoal: async () => goals.goal,
    writeGoal: async (_: string, given: Goal) => void (goals.goal = given),
    createGoal: async (_: string, title: string, doneCondition: string) =>
      (goals.goal = whole({ title, done_condition: doneCondition })),
    completeGoal: async () => (goals.goal = goals.goal === null ? null : whole({ ...goals.goal, status: "completed" })),
    validateGoal: async () => (goals.goal = goals.goal === null ? null : whole({ ...goals.goal, status: "validated" })),
    cancelGoal: async () => (goals.goal = null),
    hasActiveGoal: async () => goals.goal?.status === "active",
    checkPendingValidation: async () => goals.goal?.status === "completed" && !isCleared,
    clearPendingValidation: async () => void (isCleared = true),
    handler: async () => undefined,
    cleanup: async () => undefined,
  };
  return goals;
}
