import { counted } from "../../plan/counted.ts";
import type { HostClient } from "./client.ts";
import type { Conversation, Conversations } from "./conversation.ts";
import type { Door, TurnEnded, TurnFacts } from "./door.ts";

/** Time as the plugin uses it. */
export interface Timers {
  /** Runs once, after some time; the answer calls it off. */
  readonly after: (ms: number, run: () => void) => () => void;
}

export interface IdleOptions {
  readonly door: Door;
  readonly client: HostClient;
  readonly conversations: Conversations;
  readonly timers: Timers;
  readonly countdownMs: number;
  /** Whether this instance still speaks for its folder. */
  readonly isCurrent: () => boolean;
}

/** Reports turns as they end, each once, and sends the agent on where a person has granted that. */
export class Idle {
  readonly #options: IdleOptions;
  readonly #pending = new Map<Conversation, () => void>();

  constructor(options: IdleOptions) {
    this.#options = options;
  }

  /** A person speaks: nothing that waits to go on is still wanted. */
  cancel(conversation: Conversation): void {
    this.#pending.get(conversation)?.();
    this.#pending.delete(conversation);
  }

  cancelAll(): void {
    for (const callOff of this.#pending.values()) callOff();
    this.#pending.clear();
  }

  /** The main agent has come to rest; said twice by the host, and again after what is late. */
  async ended(root: Conversation): Promise<void> {
    const { turn, compaction } = root;
    if (turn === undefined || root.reported === turn || this.#pending.has(root)) return;
    // A person who has a conversation summarised has not asked for work.
    if (compaction?.message === turn && !compaction.isAuto) {
      root.reported = turn;
      return;
    }
    const { door } = this.#options;
    const isGranted = await door.mayGoOn(this.#event(root, turn), this.#facts(root));
    if (!this.#isStill(root, turn)) return;
    if (isGranted) this.#countDown(root, turn);
    else await this.#report(root, turn);
  }

  #countDown(root: Conversation, turn: string): void {
    const { client, countdownMs } = this.#options;
    const seconds = countdownMs / 1000;
    if (seconds > 0) {
      const message = `Continuing in ${counted(seconds, "second")}…`;
      void client.toast({ title: "Holdfast", message, variant: "info", duration: Math.max(countdownMs, 900) });
    }
    this.#wait(root, turn, countdownMs);
  }

  #wait(root: Conversation, turn: string, ms: number): void {
    const { timers } = this.#options;
    const callOff = timers.after(ms, () => {
      this.#pending.delete(root);
      root
        .later(() => this.#report(root, turn))
        .catch((error: unknown) => this.#options.door.note(root.directory, "event", error));
    });
    this.#pending.set(root, callOff);
  }

  /** Everything is looked at once more: what was true when the countdown began may no longer be. */
  async #report(root: Conversation, turn: string): Promise<void> {
    if (!this.#isStill(root, turn)) return;
    const { door, client, conversations } = this.#options;
    const background = conversations.workingBelow(root);
    // What runs on beside it wakes the agent, or its own end brings us here again.
    if (background === 0) root.reported = turn;
    else if (root.waiting === turn) return;
    else root.waiting = turn;
    const { goOn, notice, waitMs } = await door.endTurn(this.#event(root, turn), this.#facts(root));
    if (notice !== undefined) await client.toast({ title: "Holdfast", message: notice, variant: "warning" });
    if (root.turn !== turn || root.isBusy) return;
    if (waitMs !== undefined) {
      root.reported = undefined;
      this.#wait(root, turn, waitMs);
    } else if (goOn !== undefined && !(await client.prompt(root.id, goOn, root.voice))) {
      door.note(root.directory, "prompt", new Error("OpenCode did not take the prompt"));
    }
  }

  #isStill(root: Conversation, turn: string): boolean {
    return root.turn === turn && root.reported !== turn && !root.isBusy && this.#options.isCurrent();
  }

  #event(root: Conversation, turn: string): TurnEnded {
    const { contextUse } = root;
    return {
      type: "turn-ended",
      host: "opencode",
      session: root.session,
      cwd: root.directory,
      id: turn,
      isContinued: root.isContinued,
      backgroundTasks: this.#options.conversations.workingBelow(root),
      ending: root.failure?.ending ?? "clean",
      ...(root.lastMessage === undefined ? {} : { lastMessage: root.lastMessage }),
      ...(root.agentName === undefined ? {} : { agentName: root.agentName }),
      ...(contextUse === undefined ? {} : { contextUse }),
    };
  }

  #facts(root: Conversation): TurnFacts {
    return {
      todos: root.todos,
      isAwaited: root.asks.size > 0,
      isFatal: root.failure?.isFatal === true,
      tokens: [...root.turnTokens.values()].reduce((sum, tokens) => sum + tokens, 0),
    };
  }
}
