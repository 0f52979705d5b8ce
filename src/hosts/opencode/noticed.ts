import type { ListItem } from "../../context/plan-item.ts";
import { itemsOf, payloadOf, textOf, type Payload } from "../payload.ts";
import { countOf, fieldsOf, idOf } from "./fields.ts";

/** Which agent, model and variant a message was for. */
export interface Voice {
  readonly agent?: string;
  readonly model?: { readonly providerID: string; readonly modelID: string };
  readonly variant?: string;
}

/** What the host says of a conversation. */
export interface Description {
  /** The conversation that it is a subagent's of. */
  readonly parent?: string;
  readonly directory?: string;
  readonly title?: string;
}

export interface Failure {
  readonly ending: "error" | "interrupted";
  /** Trying again cannot help. */
  readonly isFatal: boolean;
}

/** What an event of the host means to us, by the conversation that it is about. */
export type Noticed = { readonly conversation: string } & (
  | { readonly type: "described"; readonly isNew: boolean; readonly description: Description }
  | { readonly type: "deleted" | "busy" | "idle" | "compacted" }
  | { readonly type: "failed"; readonly failure: Failure }
  | { readonly type: "compaction-asked"; readonly isAuto: boolean; readonly message: string }
  | { readonly type: "user-message"; readonly message: string }
  | {
      readonly type: "assistant-message";
      readonly message: string;
      readonly agent?: string;
      readonly tokens: number;
      readonly failure?: Failure;
    }
  | { readonly type: "text"; readonly message: string; readonly text: string }
  | { readonly type: "tool-failed"; readonly callId: string; readonly tool: string; readonly args: Payload }
  | { readonly type: "todos"; readonly todos: readonly ListItem[] }
  | { readonly type: "asked" | "answered"; readonly ask: string }
);

/** Reads an event of OpenCode 1.18; undefined where it means nothing to us. */
export function readEvent(event: unknown): Noticed | undefined {
  const type = textOf(fieldsOf(event), "type");
  const fields = fieldsOf(payloadOf(fieldsOf(event), "properties"));
  const info = fieldsOf(payloadOf(fields, "info"));
  const conversation = idOf(fields, "sessionID") ?? idOf(info, "id");
  if (conversation === undefined) return undefined;
  switch (type) {
    case "session.created":
    case "session.updated":
      return { conversation, type: "described", isNew: type === "session.created", description: readDescription(info) };
    case "session.deleted":
      return { conversation, type: "deleted" };
    case "session.idle":
      return { conversation, type: "idle" };
    case "session.status":
      return { conversation, type: textOf(fieldsOf(payloadOf(fields, "status")), "type") === "idle" ? "idle" : "busy" };
    case "session.error":
      return { conversation, type: "failed", failure: readFailure(payloadOf(fields, "error")) };
    case "session.compacted":
      return { conversation, type: "compacted" };
    case "message.updated":
      return readMessage(conversation, info);
    case "message.part.updated":
      return readPart(conversation, fieldsOf(payloadOf(fields, "part")));
    case "todo.updated":
      return { conversation, type: "todos", todos: readTodos(itemsOf(fields, "todos")) };
    case "permission.asked":
    case "question.asked":
      return withAsk(conversation, "asked", textOf(fields, "id"));
    case "permission.replied":
    case "question.replied":
    case "question.rejected":
      return withAsk(conversation, "answered", textOf(fields, "requestID"));
    case undefined:
    default:
      return undefined;
  }
}

/** From an event, or from the host's own API. */
export function readDescription(info: Payload): Description {
  const parent = idOf(info, "parentID");
  const directory = textOf(info, "directory");
  const title = textOf(info, "title");
  return {
    ...(parent === undefined ? {} : { parent }),
    ...(directory === undefined ? {} : { directory }),
    ...(title === undefined ? {} : { title }),
  };
}

function readTodos(items: readonly unknown[]): readonly ListItem[] {
  return items.map(fieldsOf).flatMap((item) => {
    const content = textOf(item, "content");
    const status = textOf(item, "status");
    return content === undefined || status === undefined ? [] : [{ content, status }];
  });
}

/** A user message has its model as one field, the variant in it or beside it. */
export function readVoice(message: Payload): Voice {
  const model = fieldsOf(payloadOf(message, "model"));
  const providerID = textOf(model, "providerID");
  const modelID = textOf(model, "modelID");
  const variant = textOf(model, "variant") ?? textOf(message, "variant");
  const agent = textOf(message, "agent");
  return {
    ...(agent === undefined ? {} : { agent }),
    ...(providerID === undefined || modelID === undefined ? {} : { model: { providerID, modelID } }),
    ...(variant === undefined ? {} : { variant }),
  };
}

function readFailure(error: Payload | undefined): Failure {
  const name = textOf(fieldsOf(error), "name");
  return {
    ending: name === "MessageAbortedError" ? "interrupted" : "error",
    isFatal: name === "ProviderAuthError",
  };
}

function readMessage(conversation: string, info: Payload): Noticed | undefined {
  const role = textOf(info, "role");
  const message = idOf(info, "id");
  if (message === undefined) return undefined;
  if (role === "user") return { conversation, type: "user-message", message };
  if (role !== "assistant") return undefined;
  const agent = textOf(info, "agent");
  const error = payloadOf(info, "error");
  return {
    conversation,
    type: "assistant-message",
    message,
    ...(agent === undefined ? {} : { agent }),
    tokens: countTokens(fieldsOf(payloadOf(info, "tokens"))),
    ...(error === undefined ? {} : { failure: readFailure(error) }),
  };
}

/** Of a request and its answer together: that much is in the window next time. */
function countTokens(tokens: Payload): number {
  const cache = fieldsOf(payloadOf(tokens, "cache"));
  return countOf(tokens, "input") + countOf(tokens, "output") + countOf(cache, "read") + countOf(cache, "write");
}

function readPart(conversation: string, part: Payload): Noticed | undefined {
  const message = idOf(part, "messageID");
  if (message === undefined) return undefined;
  switch (textOf(part, "type")) {
    case "text":
      return { conversation, type: "text", message, text: textOf(part, "text") ?? "" };
    case "compaction":
      return { conversation, type: "compaction-asked", isAuto: part["auto"] === true, message };
    case "tool": {
      const state = fieldsOf(payloadOf(part, "state"));
      const callId = textOf(part, "callID");
      const tool = textOf(part, "tool");
      if (textOf(state, "status") !== "error" || callId === undefined || tool === undefined) return undefined;
      return { conversation, type: "tool-failed", callId, tool, args: fieldsOf(payloadOf(state, "input")) };
    }
    case undefined:
    default:
      return undefined;
  }
}

const withAsk = (conversation: string, type: "asked" | "answered", ask: string | undefined): Noticed | undefined =>
  ask === undefined ? undefined : { conversation, type, ask };
