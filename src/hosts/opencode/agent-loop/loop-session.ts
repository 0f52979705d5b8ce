import { failTurn, newGrant, takeTurn, type Grant } from "../../../continuation/grant.ts";
import { asksToGoOn, asksToStop } from "../../../continuation/phrases.ts";
import { authorOf, tagOf, wordsOf, type SeenMessage, type SeenPart, type Voice } from "./client.ts";
import type { Fields } from "./event.ts";
import { TodoProgress, type Todos } from "./todos.ts";

/** Continuations without progress after which it rests until a person writes. */
export const MOST_WITHOUT_PROGRESS = 10;

/** The documented default goes on without a person's leave, so the number of turns is bounded by progress alone. */
const ANY_NUMBER = Number.MAX_SAFE_INTEGER;

const KEPT_IDS = 200;

/** A countdown that runs. */
interface Countdown {
  readonly startedAt: number;
  readonly callOff: () => void;
}

/** A user's message of which it is not known yet who wrote it. */
interface Candidate {
  readonly id: string;
  readonly voice: Voice;
}

/** What is known of one conversation. Changed by what happens, synchronously; decides nothing. */
export class LoopSession {
  readonly id: string;
  readonly progress = new TodoProgress();
  readonly questions = new Set<string>();
  grant: Grant;
  /** Agent, model and variant of the person's last message. */
  voice: Voice = {};
  countdown: Countdown | undefined;
  candidate: Candidate | undefined;
  /** Our prompt is on its way: the next new message of a user is that one, unless its parts say otherwise. */
  awaitsOwn = false;
  isRecovering = false;
  isInterrupted = false;
  /** Somebody said stop. */
  isStopped = false;
  /** What was open when the first turn after that ended: other work is other work. */
  stoppedOver: ReadonlySet<string> | undefined;
  /** The turn that ended last ended in an error. */
  hasFailed = false;
  /** The host compacts, and goes on by itself. */
  isOverflowing = false;
  parent: string | undefined;
  /** Whether what earlier processes did was looked up. */
  isRestored = false;
  /** Children were busy when it would have gone on. */
  isDeferred = false;
  /** What the agent said last in this turn. */
  lastText: string | undefined;
  /** Raised whenever something happens that a decision under way has not seen. */
  epoch = 0;
  readonly #seen = new Set<string>();

  constructor(id: string, now: number) {
    this.id = id;
    this.grant = grantOf(now, 0);
  }

  endCountdown(): void {
    this.countdown?.callOff();
    this.countdown = undefined;
  }

  /** Whether a message of that id is new; it is not any more afterwards. */
  isNew(id: string): boolean {
    if (this.#seen.has(id)) return false;
    this.#seen.add(id);
    for (const old of this.#seen) {
      if (this.#seen.size <= KEPT_IDS) break;
      this.#seen.delete(old);
    }
    return true;
  }

  /** A person wrote: what stood in the way is over, unless they say stop. Returns whether they do. */
  hear(words: string, voice: Voice, now: number): boolean {
    this.endCountdown();
    this.epoch += 1;
    this.voice = voice;
    this.candidate = undefined;
    this.awaitsOwn = false;
    this.isInterrupted = false;
    this.hasFailed = false;
    this.isOverflowing = false;
    this.lastText = undefined;
    this.grant = grantOf(now, this.progress.mark);
    if (asksToStop(words)) {
      this.isStopped = true;
      this.stoppedOver = undefined;
      return true;
    }
    if (asksToGoOn(words)) this.isStopped = false;
    return false;
  }

  /** After a stop, other work than what was open then is a new beginning. */
  noteOpenWork(todos: Todos, goal: string | undefined): void {
    if (!this.isStopped) return;
    const open = new Set([
      ...todos.open.map(({ content }) => content),
      ...(goal === undefined ? [] : [`goal: ${goal}`]),
    ]);
    if (this.stoppedOver === undefined) this.stoppedOver = open;
    else if ([...open].some((one) => !this.stoppedOver?.has(one))) this.isStopped = false;
  }

  fail(now: number): void {
    this.hasFailed = true;
    this.grant = failTurn(this.grant, now, undefined);
  }

  take(): Fields {
    const { used, errors } = this.grant;
    const after = this.hasFailed ? "error" : "clean";
    this.grant = takeTurn(this.grant, { number: used + 1, mark: this.progress.mark, isLast: false, after });
    this.hasFailed = false;
    this.lastText = undefined;
    this.awaitsOwn = true;
    return { number: this.grant.used, idle: this.grant.idle, errors };
  }

  /** Takes up what earlier processes left in the conversation, so that no limit begins anew with them. */
  restore(messages: readonly SeenMessage[], now: number): void {
    if (this.isRestored) return;
    this.isRestored = true;
    const isPersons = ({ role, parts }: SeenMessage): boolean => role === "user" && authorOf(parts) === "person";
    const from = messages.findLastIndex(isPersons);
    const since = messages.slice(from + 1);
    const facts = since.findLast(({ parts }) => tagOf(parts) !== undefined);
    if (from >= 0) {
      const { parts, voice, id } = messages[from]!;
      if (Object.keys(this.voice).length === 0) this.voice = voice;
      if (asksToStop(wordsOf(parts))) this.isStopped = true;
      if (id !== undefined) this.isNew(id);
    }
    if (facts === undefined || this.grant.used > 0) return;
    const { number, idle, errors } = tagOf(facts.parts) ?? {};
    const count = (value: unknown): number =>
      Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : 0;
    this.grant = { ...grantOf(now, this.progress.mark), used: count(number), idle: count(idle), errors: count(errors) };
  }

  /** A part of a message that is no person's new one. */
  hearPart({ type, text, isSynthetic }: SeenPart, role: "user" | "assistant" | undefined): void {
    if (role !== "user" && type === "text" && !isSynthetic) this.lastText = text;
  }
}

const grantOf = (now: number, mark: number): Grant =>
  newGrant({ id: "default", person: "", at: now, turns: ANY_NUMBER, stall: MOST_WITHOUT_PROGRESS, mark });
