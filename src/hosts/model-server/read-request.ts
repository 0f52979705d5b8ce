import { isObject } from "../../plan/shape.ts";
import type { ModelRequest, Protocol } from "./turn.ts";

const SUBAGENT_HEADERS = ["x-claude-code-agent-id", "x-openai-subagent", "x-parent-session-id"];

/** Reads what a test asks of a request, in whichever of the three protocols it came; tolerates any body. */
export function readRequest(
  protocol: Protocol,
  headers: Readonly<Record<string, string>>,
  body: Readonly<Record<string, unknown>>,
  arrivedAt: number,
): ModelRequest {
  const subagent = SUBAGENT_HEADERS.map((name) => headers[name]).find((value) => value !== undefined);
  const conversation = listOf(body[protocol === "responses" ? "input" : "messages"]);
  return {
    protocol,
    headers,
    body,
    text: [...textsOf(body["system"] ?? body["instructions"]), ...conversation.flatMap(readable)].join("\n"),
    lastUser: lastUserText(conversation, body["input"]),
    tools: [...listOf(body["tools"]), ...conversation.flatMap(addedTools)].flatMap(toolNames),
    ...(subagent === undefined ? {} : { subagent }),
    arrivedAt,
  };
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Tools that Codex hands over inside the conversation; they are offered, not read. */
const addedTools = (item: unknown): readonly unknown[] =>
  isObject(item) && item["type"] === "additional_tools" ? listOf(item["tools"]) : [];

const readable = (item: unknown): readonly string[] => (addedTools(item).length > 0 ? [] : textsOf(item));

/** All strings in a value, in order. */
function textsOf(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(textsOf);
  return isObject(value) ? Object.values(value).flatMap(textsOf) : [];
}

function lastUserText(conversation: readonly unknown[], input: unknown): string {
  if (typeof input === "string") return input;
  for (const message of conversation.toReversed()) {
    if (!isObject(message) || message["role"] !== "user") continue;
    const { content } = message;
    const text = typeof content === "string" ? content : listOf(content).flatMap(blockText).join("\n");
    if (text !== "") return text;
  }
  return "";
}

/** What Claude Code adds to a user's message stands in blocks of its own. */
const blockText = (block: unknown): readonly string[] =>
  isObject(block) && typeof block["text"] === "string" && !block["text"].startsWith("<system-reminder>")
    ? [block["text"]]
    : [];

function toolNames(tool: unknown): readonly string[] {
  if (!isObject(tool)) return [];
  const name = nameOf(tool);
  const inside = listOf(tool["tools"]).flatMap((one) => (isObject(one) ? [nameOf(one)] : []));
  return inside.length > 0 ? inside.map((one) => `${name}.${one}`) : [name];
}

/** Chat completions keep the name one level down; tools of the provider's own have only a type. */
function nameOf(tool: Readonly<Record<string, unknown>>): string {
  const inner = isObject(tool["function"]) ? tool["function"] : tool;
  return String(inner["name"] ?? tool["type"]);
}
