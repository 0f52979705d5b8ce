import type { LoopEvent } from "./api.ts";
import { authorOf, seenMessage, seenPart, seenSession, wordsOf, type Voice } from "./client.ts";
import type { Clock } from "./clock.ts";
import { fieldsOf, sessionOf, textOf, type Fields } from "./event.ts";
import { failureOf } from "./interruption.ts";
import type { Log } from "./log.ts";
import { LoopSession } from "./loop-session.ts";
import { todosOf } from "./todos.ts";

interface Surroundings {
  readonly clock: Clock;
  readonly log: Log;
  /** Tells the person. */
  readonly notice: (title: string, message: string) => void;
}

const KEPT_ROLES = 1_000;

/** Keeps what is known of each session by what the host tells of it. Decides nothing, and waits for nothing. */
export class Observer {
  readonly #sessions = new Map<string, LoopSession>();
  /** Whose each of the last messages is. */
  readonly #roles = new Map<string, "user" | "assistant">();
  readonly #surroundings: Surroundings;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  of(sessionID: string): LoopSession {
    const known = this.#sessions.get(sessionID);
    if (known !== undefined) return known;
    const made = new LoopSession(sessionID, this.#surroundings.clock.now());
    this.#sessions.set(sessionID, made);
    return made;
  }

  /** Whether it is still the session that goes by its id. */
  knows = (session: LoopSession): boolean => this.#sessions.get(session.id) === session;

  childrenOf(parent: LoopSession): readonly string[] {
    return [...this.#sessions.values()].filter((session) => session.parent === parent.id).map(({ id }) => id);
  }

  forgetAll(): void {
    for (const session of this.#sessions.values()) session.endCountdown();
    this.#sessions.clear();
    this.#roles.clear();
  }

  /** Takes an event in. The session that it leaves idle, if it does. */
  observe(event: LoopEvent): LoopSession | undefined {
    const sessionID = sessionOf(event);
    if (sessionID === undefined) return undefined;
    const properties = fieldsOf(event.properties);
    const { type } = event;
    const status = type === "session.status" ? textOf(fieldsOf(properties["status"])["type"]) : undefined;
    if (type === "session.idle" || status === "idle") return this.of(sessionID);
    if (type === "session.deleted") this.#forget(sessionID);
    else this.#take(type, status, this.of(sessionID), properties);
    return undefined;
  }

  #take(type: string, status: string | undefined, session: LoopSession, properties: Fields): void {
    switch (type) {
      case "session.created":
      case "session.updated":
        return place(session, fieldsOf(properties["info"]));
      case "session.status":
        return status === undefined ? undefined : begin(session);
      case "session.active":
      case "session.busy":
        return begin(session);
      case "session.error":
        return this.fail(session, properties["error"]);
      case "session.cancelled":
        return this.#interrupt(session, "Session Cancelled", "Task continuation paused: the session was cancelled");
      case "session.compacted":
        session.isOverflowing = false;
        return;
      case "message.updated":
        return this.#onMessage(session, properties["info"]);
      case "message.part.updated":
        return this.#onPart(session, fieldsOf(properties["part"]));
      case "todo.updated": {
        const todos = todosOf(properties["todos"]);
        return todos === undefined ? undefined : session.progress.see(todos);
      }
      case "question.asked":
      case "permission.asked":
      case "permission.updated":
        return ask(session, properties);
      case "question.replied":
      case "question.rejected":
      case "permission.replied":
        return answer(session, properties);
      default:
        return undefined;
    }
  }

  /** A message with all its parts, from the host's own hook: told before any event of it. */
  noteMessage(sessionID: string, info: unknown, parts: unknown): void {
    const message = seenMessage(info, parts);
    const session = this.of(sessionID);
    if (message.id !== undefined && !session.isNew(message.id) && session.candidate?.id !== message.id) return;
    if (authorOf(message.parts) === "person") this.#hear(session, wordsOf(message.parts), message.voice);
    else if (session.candidate?.id === message.id) session.candidate = undefined;
  }

  /** A message whose parts nobody told of by now is a person's. */
  settle(session: LoopSession): void {
    session.awaitsOwn = false;
    if (session.candidate !== undefined) this.#hear(session, "", session.candidate.voice);
  }

  /** A turn, or a prompt of ours, ended in an error. */
  fail(session: LoopSession, error: unknown): void {
    const failure = failureOf(error);
    if (failure === "interrupted") {
      return this.#interrupt(session, "Session Interrupted", "Task continuation paused due to interruption");
    }
    session.endCountdown();
    session.epoch += 1;
    if (failure === "overflow") session.isOverflowing = true;
    if (failure === "fatal") this.pause(session, "errors", "The provider refused the key");
    // The host tells one failure twice.
    if (failure === "error" && !session.hasFailed) session.fail(this.#surroundings.clock.now());
  }

  /** Nothing goes on until a person writes; told once. */
  pause(session: LoopSession, pause: "errors" | "no-progress", why: string): void {
    if (session.grant.paused !== undefined) return;
    session.grant = { ...session.grant, paused: pause };
    this.#surroundings.log.warn("paused", { sessionID: session.id, why });
    this.#surroundings.notice("Auto-Continue Paused", `${why}; it goes on after your next message`);
  }

  #forget(sessionID: string): void {
    this.#sessions.get(sessionID)?.endCountdown();
    this.#sessions.delete(sessionID);
  }

  #interrupt(session: LoopSession, title: string, message: string): void {
    session.endCountdown();
    session.epoch += 1;
    session.awaitsOwn = false;
    if (session.isInterrupted) return;
    session.isInterrupted = true;
    this.#surroundings.notice(title, message);
  }

  #onMessage(session: LoopSession, info: unknown): void {
    const { id, role, created, error, voice } = seenMessage(info, []);
    if (id !== undefined && (role === "user" || role === "assistant")) this.#remember(id, role);
    if (role === "assistant" && error !== undefined && failureOf(error) === "interrupted") {
      // A late update of an old message says nothing new.
      if (id === undefined || session.isNew(`aborted ${id}`)) this.fail(session, error);
    }
    if (role !== "user" || id === undefined || !session.isNew(id)) return;
    const isLate = created !== undefined && session.countdown !== undefined && created < session.countdown.startedAt;
    if (fieldsOf(info)["summary"] || isLate) return;
    if (session.awaitsOwn) session.awaitsOwn = false;
    else session.candidate = { id, voice };
  }

  #remember(id: string, role: "user" | "assistant"): void {
    this.#roles.set(id, role);
    for (const old of this.#roles.keys()) {
      if (this.#roles.size <= KEPT_ROLES) break;
      this.#roles.delete(old);
    }
  }

  #onPart(session: LoopSession, fields: Fields): void {
    const messageID = textOf(fields["messageID"]);
    if (messageID === undefined) return;
    const part = seenPart(fields);
    const { candidate } = session;
    if (candidate?.id !== messageID) return session.hearPart(part, this.#roles.get(messageID));
    if (authorOf([part]) === "machine") session.candidate = undefined;
    else if (part.type === "text") this.#hear(session, part.text ?? "", candidate.voice);
  }

  /** A person wrote. */
  #hear(session: LoopSession, words: string, voice: Voice): void {
    const isStop = session.hear(words, voice, this.#surroundings.clock.now());
    this.#surroundings.log.debug("a person wrote", { sessionID: session.id, isStop });
    if (isStop) this.#surroundings.notice("Task Cancelled", "Continuation cancelled based on your message");
  }
}

function place(session: LoopSession, info: Fields): void {
  const { parent } = seenSession(info);
  if (parent !== undefined) session.parent = parent;
}

/** A turn began without us: the next idle is another beginning. */
function begin(session: LoopSession): void {
  session.endCountdown();
  session.epoch += 1;
}

function ask(session: LoopSession, properties: Fields): void {
  session.endCountdown();
  session.questions.add(textOf(properties["id"]) ?? "");
}

function answer({ questions }: LoopSession, properties: Fields): void {
  const id = textOf(properties["requestID"]) ?? textOf(properties["permissionID"]) ?? textOf(properties["id"]);
  if (id === undefined || !questions.delete(id)) questions.clear();
}
