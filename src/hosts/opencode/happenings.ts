import type { HostClient } from "./client.ts";
import type { Conversation, Conversations } from "./conversation.ts";
import type { Door } from "./door.ts";
import type { Idle } from "./idle.ts";
import type { Noticed } from "./noticed.ts";
import type { Teller } from "./teller.ts";
import { isUnnamed, plainTitle, withCue } from "./title.ts";
import type { ToolCalls } from "./tool-calls.ts";

export interface HappeningOptions {
  readonly door: Door;
  readonly client: HostClient;
  readonly conversations: Conversations;
  readonly idle: Idle;
  readonly teller: Teller;
  readonly tools: ToolCalls;
}

/** What the host only tells of, in the order in which it does; the order is none to rely on (`Idle`). */
export class Happenings {
  readonly #options: HappeningOptions;

  constructor(options: HappeningOptions) {
    this.#options = options;
  }

  async notice(noticed: Noticed): Promise<void> {
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
        conversation.runningShells.clear();
        return this.#rests(conversation);
      case "failed":
        conversation.failure = noticed.failure;
        return;
      case "compaction-asked":
        conversation.compaction = { message: noticed.message, isAuto: noticed.isAuto };
        conversation.beginTurn(noticed.message, false);
        return;
      case "compacted":
        return this.#compacted(conversation);
      case "user-message":
        // The host re-sends old ones, late; a new one it tells us of in `chat.message`, or it is its own.
        if (conversation.turn === undefined || noticed.message > conversation.turn) {
          conversation.beginTurn(noticed.message, false);
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
        await this.#options.tools.ended(conversation, noticed.tool, noticed.callId, noticed.args, {
          outcome: "failed",
        });
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

  /** A subagent is done, or the main agent has come to rest. */
  async #rests(conversation: Conversation): Promise<void> {
    const { conversations, idle, teller } = this.#options;
    await conversations.known(conversation.id);
    const { root } = conversation;
    if (conversation !== root) {
      if (!conversation.isWorking) return;
      conversation.isWorking = false;
      const { lastMessage } = conversation;
      const said = lastMessage === undefined ? {} : { lastMessage };
      await root.later(() =>
        teller.tell(root, { ...teller.base(conversation), type: "subagent-finished", ...said }, true),
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
    const { conversations, idle, teller } = this.#options;
    idle.cancel(conversation);
    conversations.forget(conversation.id);
    if (conversation.parent !== undefined || conversation.started === undefined) return;
    await conversation.later(() =>
      teller.tell(conversation, { ...teller.base(conversation), type: "session-ended", reason: "deleted" }, true),
    );
  }

  /** The model has forgotten what it was shown; what went wrong before led to this. */
  async #compacted(conversation: Conversation): Promise<void> {
    const { teller } = this.#options;
    conversation.failure = undefined;
    conversation.isCompacting = false;
    conversation.isInPrompt = false;
    conversation.tokensInWindow = 0;
    if (conversation.parent !== undefined) return;
    await teller.tell(conversation, { ...teller.base(conversation), type: "compacted" }, true);
    await teller.tell(conversation, { ...teller.base(conversation), type: "session-started", source: "compact" }, true);
  }

  /** The conversation's title says which plan it is on; nothing is touched where nothing changed. */
  async #retitle(conversation: Conversation): Promise<void> {
    const { title, directory, parent } = conversation;
    // The host names a conversation only while nobody else has.
    if (title === undefined || parent !== undefined || conversation.isBusy || isUnnamed(title)) return;
    const { door, client, teller } = this.#options;
    const sight = await teller.look(conversation);
    const wanted = withCue(
      plainTitle(title, (slug) => door.isPlan(directory, slug)),
      sight?.cue,
    );
    if (wanted === title || !(await client.rename(conversation.id, wanted))) return;
    conversation.title = wanted;
  }
}
