import type { ListItem } from "../../context/plan-item.ts";
import { agentSession } from "../../workspace/session-key.ts";
import type { Description, Failure, Voice } from "./noticed.ts";
import { NO_NEWS, NO_TRAIL, type News, type Trail } from "./moving-part.ts";

/** One conversation of the host as this process has seen it: the main agent's, or a subagent's. */
export class Conversation {
  readonly id: string;
  /** Began in this process; otherwise it was resumed. */
  isNew = false;
  /** Whether the host said whose it is. Until then nothing in it counts as a person's act. */
  isKnown = false;
  parent: Conversation | undefined;
  directory: string;
  title: string | undefined;

  isBusy = false;
  /** The user message that the present turn answers, and the one whose turn was last reported as ended. */
  turn: string | undefined;
  reported: string | undefined;
  /** The turn that was reported as ended while subagents of it still worked. */
  waiting: string | undefined;
  /** The present turn answers a prompt of ours. */
  isContinued = false;
  /** How the present turn went wrong, where it did. */
  failure: Failure | undefined;
  /** Questions and permissions that the person has been asked for. */
  readonly asks = new Set<string>();
  readonly runningShells = new Set<string>();
  todos: readonly ListItem[] = [];
  lastMessage: string | undefined;
  agentName: string | undefined;
  /** What a person's last message was for. */
  voice: Voice = {};
  /** The command that the person's next message comes from. */
  command: string | undefined;
  tokensInWindow = 0;
  /** Used by each request of the present turn. */
  readonly turnTokens = new Map<string, number>();
  windowSize = 0;

  /** A subagent that works: since when it has not been reported as finished. */
  isWorking = false;
  /** The next messages to be transformed are those of a summary. */
  isCompacting = false;
  compaction: { readonly message: string; readonly isAuto: boolean } | undefined;

  /** What only this agent is to know, put beside the stable part. */
  ownContext = "";
  /** Its prompt has that already; until a compaction takes the prompt away. */
  isInPrompt = false;
  /** Said once, with the next request. */
  news: News = NO_NEWS;
  trail: Trail = NO_TRAIL;
  started: Promise<void> | undefined;
  #queue: Promise<void> = Promise.resolve();

  constructor(id: string, directory: string) {
    this.id = id;
    this.directory = directory;
  }

  get root(): Conversation {
    return this.parent?.root ?? this;
  }

  /** The session's key; a subagent acts within its parent's. */
  get session(): string {
    return `opencode:${this.root.id}`;
  }

  get contextUse(): number | undefined {
    return this.windowSize > 0 ? Math.min(1, this.tokensInWindow / this.windowSize) : undefined;
  }

  /** A new message of the user's; the same one told again begins nothing. */
  beginTurn(message: string | undefined, isContinued: boolean): void {
    if (message === undefined || message === this.turn) return;
    this.turn = message;
    this.isContinued = isContinued;
    this.failure = undefined;
    this.lastMessage = undefined;
    this.turnTokens.clear();
  }

  /** The host tells of a message several times while it grows. */
  countTokens(message: string, tokens: number): void {
    if (tokens === 0) return;
    this.tokensInWindow = tokens;
    this.turnTokens.set(message, tokens);
  }

  /** Runs after all that was put in line before, once the host has had its turn. Others in line run all the same. */
  later(work: () => Promise<void>): Promise<void> {
    const before = this.#queue;
    const run = async (): Promise<void> => {
      await before;
      await new Promise<void>((resolve) => setImmediate(resolve));
      await work();
    };
    const done = run();
    this.#queue = done.catch(() => {});
    return done;
  }
}

/** The session that a conversation's agent acts as. */
export const actingSession = ({ id, parent, session }: Conversation): string =>
  parent === undefined ? session : agentSession(session, id);

const MOST_PARENTS = 16;

/** The conversations of one process. */
export class Conversations {
  readonly #byId = new Map<string, Conversation>();
  readonly #directory: string;
  readonly #describe: (id: string) => Promise<Description | undefined>;

  constructor(directory: string, describe: (id: string) => Promise<Description | undefined>) {
    this.#directory = directory;
    this.#describe = describe;
  }

  /** Without asking the host: what events have told. */
  seen(id: string): Conversation {
    let found = this.#byId.get(id);
    if (found === undefined) {
      found = new Conversation(id, this.#directory);
      this.#byId.set(id, found);
    }
    return found;
  }

  /** With what the host knows of it; asked once, and again where it did not answer. */
  async known(id: string): Promise<Conversation> {
    const found = this.seen(id);
    if (!found.isKnown) {
      const description = await this.#describe(id);
      if (description !== undefined) this.describe(found, description);
    }
    if (found.isKnown && found.parent !== undefined && !found.parent.isKnown) await this.known(found.parent.id);
    return found;
  }

  describe(conversation: Conversation, { parent, directory, title }: Description): void {
    conversation.isKnown = true;
    if (directory !== undefined) conversation.directory = directory;
    if (title !== undefined) conversation.title = title;
    if (parent !== undefined && conversation.parent === undefined && !this.#isAbove(conversation, parent)) {
      conversation.parent = this.seen(parent);
    }
  }

  /** A host that names a conversation as its own ancestor is not believed. */
  #isAbove(conversation: Conversation, id: string): boolean {
    let above: Conversation | undefined = this.seen(id);
    for (let depth = 0; above !== undefined && depth < MOST_PARENTS; depth += 1) {
      if (above === conversation) return true;
      above = above.parent;
    }
    return above !== undefined;
  }

  forget(id: string): void {
    this.#byId.delete(id);
  }

  all(): readonly Conversation[] {
    return [...this.#byId.values()];
  }

  workingBelow(root: Conversation): number {
    return this.all().filter((one) => one !== root && one.isWorking && one.root === root).length;
  }
}
