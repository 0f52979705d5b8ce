import { MAX_ERRORS, decideTurn, type Decision } from "../../../continuation/decide.ts";
import type {
  Goal,
  GoalManagement,
  LoopEvent,
  PluginContext,
  TaskContinuation,
  TaskContinuationOptions,
} from "./api.ts";
import { authorOf, Client, Refused, wordsOf, type SeenMessage, type Voice } from "./client.ts";
import { realClock, type Clock } from "./clock.ts";
import { fieldsOf } from "./event.ts";
import { Goals } from "./goal-management.ts";
import { failureOf } from "./interruption.ts";
import { createLog, type Log } from "./log.ts";
import { MOST_WITHOUT_PROGRESS, type LoopSession } from "./loop-session.ts";
import { Observer } from "./observer.ts";
import { checkContinuationOptions } from "./options.ts";
import { continuationPrompt, validationPrompt } from "./prompts.ts";
import { NO_TODOS, type Todos } from "./todos.ts";

/** How long instances in one process leave a session to the one that has just sent it a prompt. */
const APART_MS = 2_000;
const NOTICE_MS = 2_000;

interface Internals {
  readonly clock?: Clock;
  readonly log?: Log;
  /** Also ask once for a look at a goal that was completed. */
  readonly asksToValidate?: boolean;
}

/** What is left to do in a session. */
interface Work {
  readonly todos: Todos;
  readonly goal: Goal | undefined;
  /** Completed, and to be looked at. */
  readonly toValidate: Goal | undefined;
}

/** Which instance last sent a prompt to a session of a client, and when. */
const lastSent = new WeakMap<object, Map<string, { readonly by: object; readonly at: number }>>();

/** Sends a session back to work when it is idle and something is left, until a limit or a person ends it. */
export class Continuation implements TaskContinuation {
  readonly #client: Client;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #options: ReturnType<typeof checkContinuationOptions>["options"];
  readonly #goals: GoalManagement | undefined;
  readonly #asksToValidate: boolean;
  readonly #sessions: Observer;

  constructor(context: PluginContext, given: TaskContinuationOptions = {}, internals: Internals = {}) {
    const { options, problems } = checkContinuationOptions(given);
    this.#options = options;
    this.#client = new Client(context);
    this.#clock = internals.clock ?? realClock;
    this.#log = internals.log ?? createLog({ client: context.client, ...options, source: "continuation" });
    this.#goals = given.goalManagement;
    this.#asksToValidate = internals.asksToValidate ?? false;
    this.#sessions = new Observer({
      clock: this.#clock,
      log: this.#log,
      notice: (title, message) => this.#client.toast(title, message, "warning", NOTICE_MS),
    });
    for (const problem of problems) this.#log.warn(problem);
  }

  readonly handler = async ({ event }: { event: LoopEvent }): Promise<void> => {
    try {
      const idle = this.#sessions.observe(event);
      if (idle !== undefined) await this.#onIdle(idle);
    } catch (error) {
      this.#log.error("an event came to nothing", { type: event?.type, error: String(error) });
    }
  };

  readonly markRecovering = (sessionID: string): void => {
    const session = this.#sessions.of(sessionID);
    session.isRecovering = true;
    session.endCountdown();
  };

  readonly markRecoveryComplete = (sessionID: string): void => {
    this.#sessions.of(sessionID).isRecovering = false;
  };

  readonly cancel = (sessionID: string): void => {
    const session = this.#sessions.of(sessionID);
    session.endCountdown();
    session.epoch += 1;
    session.isRecovering = false;
    session.hasFailed = false;
    session.grant = { ...session.grant, errors: 0 };
  };

  readonly scheduleContinuation = (sessionID: string): Promise<void> => this.#onIdle(this.#sessions.of(sessionID));

  readonly cleanup = async (): Promise<void> => this.#sessions.forgetAll();

  /** A message with all its parts, before any event of it. */
  noteMessage(sessionID: string, info: unknown, parts: unknown): void {
    this.#sessions.noteMessage(sessionID, info, parts);
  }

  async #onIdle(session: LoopSession): Promise<void> {
    if (session.countdown !== undefined && session.candidate === undefined) return;
    this.#sessions.settle(session);
    if (session.parent !== undefined) return this.#wake(this.#sessions.of(session.parent));
    if (session.isRecovering || session.isOverflowing) return;
    const isStale = this.#watch(session);
    const work = await this.#workOf(session);
    if (isStale() || session.countdown !== undefined) return;
    session.noteOpenWork(work.todos, work.goal?.title);
    const wait = this.#errorWait(session);
    if (wait === undefined) return this.#giveUp(session);
    const decision = this.#decide(session, work, { backgroundTasks: 0, lastMessage: session.lastText });
    if (decision.kind === "stop") return this.#rest(session, decision);
    this.#count(session, Math.max(wait, this.#options.countdownSeconds * 1000));
  }

  /** A child's end may be what its parent waited for. */
  async #wake(parent: LoopSession): Promise<void> {
    if (!parent.isDeferred) return;
    parent.isDeferred = false;
    await this.#onIdle(parent);
  }

  /** Tells later whether something has happened meanwhile. */
  #watch(session: LoopSession): () => boolean {
    const { epoch } = session;
    return () => session.epoch !== epoch || !this.#sessions.knows(session);
  }

  async #workOf(session: LoopSession): Promise<Work> {
    const todos = (await this.#client.todos(session.id)) ?? NO_TODOS;
    session.progress.see(todos);
    const goals = this.#goals;
    const known = (await goals?.readGoal(session.id).catch(() => null)) ?? undefined;
    const goal = goals instanceof Goals && goals.isOnPlan(session.id) ? undefined : known;
    const mayReview = this.#asksToValidate && goal?.status === "completed";
    const isToReview = mayReview && (await goals?.checkPendingValidation(session.id)) === true;
    return { todos, goal: goal?.status === "active" ? goal : undefined, toValidate: isToReview ? goal : undefined };
  }

  #decide(
    session: LoopSession,
    { todos, goal, toValidate }: Work,
    turn: { readonly backgroundTasks: number; readonly lastMessage: string | undefined },
  ): Decision {
    const aim = goal ?? toValidate;
    const { backgroundTasks, lastMessage } = turn;
    return decideTurn({
      now: this.#clock.now(),
      // The documented default needs no person's leave: what bounds it is progress.
      mode: "proceed",
      grant: session.grant,
      isStopped: session.isStopped,
      mark: session.progress.mark,
      work: {
        kind: "loose",
        todos: { open: todos.open.length, items: todos.open.map(({ content }) => content) },
        ...(aim !== undefined && {
          goal: { title: aim.title, doneWhen: aim.done_condition, isCompleted: goal === undefined },
        }),
      },
      turn: {
        // Errors have a cool-down of their own here.
        ending: session.isInterrupted ? "interrupted" : "clean",
        isFatal: false,
        isSubagent: session.parent !== undefined,
        isHeadless: false,
        isContinued: session.grant.used > 0,
        backgroundTasks,
        isAwaited: session.questions.size > 0,
        ...(lastMessage !== undefined && !session.hasFailed && { lastMessage }),
      },
    });
  }

  /** How long the last error is still to be waited for; undefined where there were too many. */
  #errorWait({ hasFailed, grant: { errors, failedAt = 0 } }: LoopSession): number | undefined {
    if (errors > MAX_ERRORS) return undefined;
    if (!hasFailed || errors === 0) return 0;
    const whole = this.#options.errorCooldownMs * 2 ** (errors - 1);
    return Math.min(Math.max(failedAt + whole - this.#clock.now(), 0), whole);
  }

  #count(session: LoopSession, ms: number): void {
    const callOff = this.#clock.after(ms, () => {
      session.countdown = undefined;
      void this.#fire(session).catch((error: unknown) =>
        this.#log.error("a continuation came to nothing", { sessionID: session.id, error: String(error) }),
      );
    });
    session.countdown = { startedAt: this.#clock.now(), callOff };
    const seconds = Math.round(ms / 100) / 10;
    this.#client.toast("Auto-Continuing", `Continuing in ${seconds} seconds...`, "info", this.#options.toastDurationMs);
    this.#log.debug("countdown", { sessionID: session.id, ms });
  }

  /** The countdown is over: everything is looked at once more, for the prompt cannot be taken back. */
  async #fire(session: LoopSession): Promise<void> {
    if (session.isRecovering || session.candidate !== undefined) return this.#sessions.settle(session);
    const isStale = this.#watch(session);
    const busy = await this.#client.busy();
    if (busy?.has(session.id) === true) return;
    const seen = await this.#client.session(session.id);
    if (seen?.parent !== undefined) session.parent = seen.parent;
    const messages = (await this.#client.messages(session.id)) ?? [];
    if (isStale()) return;
    this.#lookBack(session, messages);
    const backgroundTasks = await this.#busyChildren(session, busy);
    const work = await this.#workOf(session);
    if (isStale() || session.isRecovering) return;
    session.noteOpenWork(work.todos, work.goal?.title);
    const lastMessage = lastWords(messages) ?? session.lastText;
    const decision = this.#decide(session, work, { backgroundTasks, lastMessage });
    if (decision.kind === "stop") return this.#rest(session, decision);
    const text = await this.#promptFor(session, work);
    if (isStale() || this.#isTaken(session)) return;
    await this.#send(session, text, {
      ...this.#fallback(),
      ...seen?.voice,
      ...messageVoice(messages),
      ...session.voice,
    });
  }

  async #promptFor(session: LoopSession, { todos, goal, toValidate }: Work): Promise<string> {
    if (todos.open.length > 0 || goal !== undefined || toValidate === undefined) return continuationPrompt(todos, goal);
    await this.#goals?.clearPendingValidation(session.id);
    return validationPrompt(toValidate);
  }

  #fallback(): Voice {
    const { agent, model } = this.#options;
    return { ...(agent !== undefined && { agent }), ...(model !== undefined && { model }) };
  }

  /** What the conversation itself tells to an instance that was not there: a stop, an interruption, what is used up. */
  #lookBack(session: LoopSession, messages: readonly SeenMessage[]): void {
    session.restore(messages, this.#clock.now());
    const last = messages.at(-1);
    if (last?.role !== "assistant" || last.error === undefined || session.grant.used > 0) return;
    if (failureOf(last.error) === "interrupted") session.isInterrupted = true;
  }

  async #busyChildren(session: LoopSession, busy: ReadonlySet<string> | undefined): Promise<number> {
    if (busy === undefined || busy.size === 0) return 0;
    const children = new Set([...(await this.#client.children(session.id)), ...this.#sessions.childrenOf(session)]);
    return [...children].filter((id) => busy.has(id)).length;
  }

  /** Whether another instance in this process has just sent one. */
  #isTaken({ id }: LoopSession): boolean {
    const last = lastSent.get(this.#client.identity)?.get(id);
    return last !== undefined && last.by !== this && Math.abs(this.#clock.now() - last.at) < APART_MS;
  }

  async #send(session: LoopSession, text: string, voice: Voice): Promise<void> {
    const sent = lastSent.get(this.#client.identity) ?? new Map<string, { by: object; at: number }>();
    lastSent.set(this.#client.identity, sent.set(session.id, { by: this, at: this.#clock.now() }));
    const facts = session.take();
    this.#log.info("continuing", { sessionID: session.id, ...facts });
    try {
      await this.#client.send(session.id, text, voice, facts);
    } catch (error) {
      this.#onRefusal(session, error instanceof Refused ? error.reason : error);
    }
  }

  /** A prompt that the host did not take is tried again by itself: no idle will come of it. */
  #onRefusal(session: LoopSession, error: unknown): void {
    const why = String(fieldsOf(error)["message"] ?? error);
    this.#log.error("the host refused a continuation", { sessionID: session.id, error: why });
    session.awaitsOwn = false;
    if (session.hasFailed || session.isInterrupted || !this.#sessions.knows(session)) return;
    this.#sessions.fail(session, error);
    const wait = this.#errorWait(session);
    if (wait === undefined) this.#giveUp(session);
    else if (session.hasFailed) this.#count(session, wait);
  }

  #giveUp(session: LoopSession): void {
    this.#sessions.pause(session, "errors", `${MAX_ERRORS} errors in a row`);
  }

  #rest(session: LoopSession, { reason, why }: Extract<Decision, { kind: "stop" }>): void {
    this.#log.debug("not continuing", { sessionID: session.id, reason, why });
    if (reason === "background") session.isDeferred = true;
    if (reason !== "no-progress") return;
    this.#sessions.pause(session, "no-progress", `${MOST_WITHOUT_PROGRESS} continuations without progress`);
  }
}

/** The text that the agent ended with. */
const lastWords = (messages: readonly SeenMessage[]): string | undefined => {
  const last = messages.at(-1);
  return last?.role === "assistant" && last.error === undefined ? wordsOf(last.parts) : undefined;
};

/** Agent, model and variant of the last message that is no machine's and has them. */
function messageVoice(messages: readonly SeenMessage[]): Voice {
  const isPersons = ({ role, parts }: SeenMessage): boolean => role !== "assistant" && authorOf(parts) !== "machine";
  return messages.findLast((message) => isPersons(message) && Object.keys(message.voice).length > 0)?.voice ?? {};
}

export const createTaskContinuation = (context: PluginContext, options?: TaskContinuationOptions): TaskContinuation =>
  new Continuation(context, options);
