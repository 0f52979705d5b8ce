import type { ModelSpec, PluginContext } from "./api.ts";
import { dataOf, fieldsOf, textOf, type Fields } from "./event.ts";
import { todosOf, type Todos } from "./todos.ts";

/** Agent, model and variant that a prompt is sent with, so that the session stays with what the person chose. */
export interface Voice {
  readonly agent?: string;
  readonly model?: string | ModelSpec;
  readonly variant?: string;
}

export interface SeenPart {
  readonly type: string;
  readonly text?: string;
  readonly isSynthetic: boolean;
  readonly metadata: Fields;
}

export interface SeenMessage {
  readonly id?: string;
  readonly role?: string;
  readonly created?: number;
  readonly error?: unknown;
  readonly voice: Voice;
  readonly parts: readonly SeenPart[];
}

export interface SeenSession {
  readonly parent?: string;
  readonly voice: Voice;
}

/** What a message that we sent carries, so that nobody takes it for a person's. */
export const TAG = "holdfast/agent-loop";

const MESSAGES_LOOKED_AT = 40;

/** OpenCode's client, as far as it is there. Nothing here rejects, but for `send`. */
export class Client {
  readonly #session: PluginContext["client"]["session"];
  readonly #tui: PluginContext["client"]["tui"];
  readonly #directory: string;
  /** The same object for all plugins of one host. */
  readonly identity: object;

  constructor({ client, directory }: PluginContext) {
    this.#session = client.session;
    this.#tui = client.tui;
    this.#directory = directory;
    this.identity = client;
  }

  async todos(sessionID: string): Promise<Todos | undefined> {
    return todosOf(await this.#ask("todo", { path: { id: sessionID } }));
  }

  async session(sessionID: string): Promise<SeenSession | undefined> {
    const answer = await this.#ask("get", { path: { id: sessionID } });
    return answer === undefined || answer === null ? undefined : seenSession(fieldsOf(answer));
  }

  /** The last ones, the newest last; undefined where they cannot be had. */
  async messages(sessionID: string): Promise<readonly SeenMessage[] | undefined> {
    const answer = await this.#ask("messages", { path: { id: sessionID }, query: { limit: MESSAGES_LOOKED_AT } });
    if (!Array.isArray(answer)) return undefined;
    return answer.map((item: unknown) => seenMessage(fieldsOf(item)["info"], fieldsOf(item)["parts"]));
  }

  /** Whether each session works: those that are idle may be missing. Undefined where the host does not tell. */
  async busy(): Promise<ReadonlySet<string> | undefined> {
    const answer = await this.#ask("status", {});
    if (typeof answer !== "object" || answer === null) return undefined;
    const working = Object.entries(answer).filter(
      ([, status]) => (textOf(fieldsOf(status)["type"]) ?? "idle") !== "idle",
    );
    return new Set(working.map(([id]) => id));
  }

  async children(sessionID: string): Promise<readonly string[]> {
    const answer = await this.#ask("children", { path: { id: sessionID } });
    return Array.isArray(answer) ? answer.flatMap((child: unknown) => textOf(fieldsOf(child)["id"]) ?? []) : [];
  }

  /** Sends a prompt of ours; does not wait for the turn where the host can do without. Rejects where it refuses. */
  async send(sessionID: string, text: string, { agent, model, variant }: Voice, facts: Fields): Promise<void> {
    const request = {
      path: { id: sessionID },
      body: {
        ...(agent !== undefined && { agent }),
        ...(model !== undefined && { model: modelOf(model) }),
        ...(variant !== undefined && { variant }),
        parts: [{ type: "text", text, synthetic: true, metadata: { [TAG]: facts } }],
      },
      query: { directory: this.#directory },
    };
    const session = this.#session;
    const isAsync = typeof session.promptAsync === "function";
    const answer: unknown = await (isAsync ? session.promptAsync!(request) : session.prompt(request));
    const { error, data } = fieldsOf(answer);
    if (error !== undefined && error !== null && data === undefined) throw new Refused(error);
  }

  toast(title: string, message: string, variant: "info" | "warning" | "success" | "error", duration: number): void {
    const tui = this.#tui;
    if (typeof tui?.showToast !== "function") return;
    try {
      void Promise.resolve(tui.showToast({ body: { title, message, variant, duration } })).catch(() => undefined);
    } catch {
      // A notice that cannot be shown stops nothing.
    }
  }

  async #ask(method: string, request: object): Promise<unknown> {
    const ask: unknown = this.#session[method];
    if (typeof ask !== "function") return undefined;
    try {
      return dataOf(await ask.call(this.#session, request));
    } catch {
      return undefined;
    }
  }
}

/** The host answered with an error instead of throwing one. */
export class Refused extends Error {
  readonly reason: unknown;

  constructor(reason: unknown) {
    super("the host refused the prompt");
    this.reason = reason;
  }
}

/** `provider/model` as the host wants it; anything else as it was given. */
function modelOf(model: string | ModelSpec): string | ModelSpec {
  if (typeof model !== "string") return model;
  const slash = model.indexOf("/");
  if (slash <= 0 || slash === model.length - 1) return model;
  return { providerID: model.slice(0, slash), modelID: model.slice(slash + 1) };
}

/** A model as messages have it (`modelID`) and as sessions have it (`id`). */
function voiceOf(fields: Fields): Voice {
  const { model } = fields;
  const agent = textOf(fields["agent"]);
  const { providerID, modelID, id, variant: ofModel } = fieldsOf(model);
  const provider = textOf(providerID);
  const name = textOf(modelID) ?? textOf(id);
  const chosen =
    textOf(model) ??
    (provider === undefined || name === undefined ? undefined : { providerID: provider, modelID: name });
  const variant = textOf(ofModel) ?? textOf(fields["variant"]);
  return {
    ...(agent !== undefined && { agent }),
    ...(chosen !== undefined && { model: chosen }),
    ...(variant !== undefined && { variant }),
  };
}

export function seenSession(info: Fields): SeenSession {
  const parent = textOf(info["parentID"]);
  return { voice: voiceOf(info), ...(parent !== undefined && { parent }) };
}

export function seenMessage(info: unknown, parts: unknown): SeenMessage {
  const fields = fieldsOf(info);
  const id = textOf(fields["id"]);
  const role = textOf(fields["role"]);
  const { created } = fieldsOf(fields["time"]);
  const { error } = fields;
  return {
    ...(id !== undefined && { id }),
    ...(role !== undefined && { role }),
    ...(typeof created === "number" && { created }),
    ...(error !== undefined && error !== null && { error }),
    voice: voiceOf(fields),
    parts: Array.isArray(parts) ? parts.map((part: unknown) => seenPart(part)) : [],
  };
}

export function seenPart(part: unknown): SeenPart {
  const fields = fieldsOf(part);
  const text = textOf(fields["text"]);
  return {
    type: textOf(fields["type"]) ?? "",
    ...(text !== undefined && { text }),
    isSynthetic: fields["synthetic"] === true || fields["ignored"] === true,
    metadata: fieldsOf(fields["metadata"]),
  };
}

/** What we wrote into a message of ours; undefined for anybody else's. */
export const tagOf = (parts: readonly SeenPart[]): Fields | undefined => {
  const tagged = parts.find(({ metadata }) => metadata[TAG] !== undefined);
  return tagged === undefined ? undefined : fieldsOf(tagged.metadata[TAG]);
};

/** Whose a user's message is: `machine` for ours, other plugins' and the host's own. Undefined while it has no parts. */
export function authorOf(parts: readonly SeenPart[]): "person" | "machine" | undefined {
  if (parts.length === 0) return undefined;
  if (tagOf(parts) !== undefined || parts.some(({ type }) => type === "compaction")) return "machine";
  return parts.every(({ isSynthetic }) => isSynthetic) ? "machine" : "person";
}

/** What a person wrote, without what was added to it. */
export const wordsOf = (parts: readonly SeenPart[]): string =>
  parts
    .filter(({ type, isSynthetic }) => type === "text" && !isSynthetic)
    .map(({ text = "" }) => text)
    .join("\n\n");
