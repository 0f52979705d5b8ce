import type { HostEvent } from "../../engine/hooks/host-event.ts";
import type { HostClient } from "./client.ts";
import { actingSession, type Conversation } from "./conversation.ts";
import type { Door, Sight } from "./door.ts";
import { besidesPlan } from "./host-text.ts";

export interface TellerOptions {
  readonly door: Door;
  readonly client: HostClient;
}

/** Tells Holdfast what happened in a conversation, and keeps what it has to say for the next request. */
export class Teller {
  readonly #options: TellerOptions;

  constructor(options: TellerOptions) {
    this.#options = options;
  }

  /** What every event says: whose it is, and where. */
  base(conversation: Conversation) {
    const { contextUse } = conversation;
    return {
      host: "opencode" as const,
      session: conversation.session,
      cwd: conversation.directory,
      ...(conversation.parent === undefined ? {} : { agent: conversation.id }),
      ...(contextUse === undefined ? {} : { contextUse }),
    };
  }

  /** What is to be said goes with the next request; what is for the person is shown. */
  async tell(conversation: Conversation, event: HostEvent, isTrusted: boolean): Promise<void> {
    const { context, notice } = await this.#options.door.answer(event, isTrusted);
    if (context !== undefined) this.addNews(conversation, context);
    if (notice !== undefined) await this.show(notice);
  }

  async show(message: string): Promise<void> {
    await this.#options.client.toast({ title: "Holdfast", message, variant: "info" });
  }

  addNews(conversation: Conversation, context: string): void {
    const { lines, texts } = besidesPlan(context);
    const { news } = conversation;
    conversation.news = { lines: [...news.lines, ...lines], texts: [...news.texts, ...texts] };
  }

  /** Tells that the conversation goes on in this process, once. */
  start(conversation: Conversation): Promise<void> {
    if (conversation.parent !== undefined) return Promise.resolve();
    const source = conversation.isNew ? "startup" : "resume";
    conversation.started ??= this.tell(
      conversation,
      { ...this.base(conversation), type: "session-started", source },
      true,
    );
    return conversation.started;
  }

  look(conversation: Conversation): Promise<Sight | undefined> {
    return this.#options.door.look(actingSession(conversation), conversation.directory);
  }
}

export const idField = (id: string | undefined): { readonly id?: string } => (id === undefined ? {} : { id });
