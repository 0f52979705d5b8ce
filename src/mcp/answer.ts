import type { CallToolResult } from "@modelcontextprotocol/server";
import { neutralizeData, neutralizeLine } from "../context/neutralize.ts";
import type { Refusal, Result } from "../plan/refusal.ts";
import { wayOut } from "./way-out.ts";

/** What a tool has to say: the same as text and as data, since hosts show their model one or the other. */
export interface Answer {
  /** Made safe already. */
  readonly text: string;
  /** Texts in it are as they were written; they are made safe on the way out. */
  readonly data: Readonly<Record<string, unknown>>;
  /** Whole blocks of ours, which are safe already and must not lose their markers. */
  readonly blocks?: Readonly<Record<string, string>>;
}

const SHOWN_DETAILS = 20;
/** Results beyond this are cut by some hosts in places of their own choice. */
const MAX_STRING = 200_000;

export function toToolResult(result: Result<Answer>): CallToolResult {
  if (!result.ok) return refusalResult(result.refusal);
  const { text, data, blocks = {} } = result.value;
  return {
    content: [{ type: "text", text }],
    structuredContent: { ...(safe(data) as Record<string, unknown>), ...blocks },
  };
}

function refusalResult(refusal: Refusal): CallToolResult {
  const told = { ...refusal, ...wayOut(refusal) };
  const { reason, message, hint, place, details = [], facts } = told;
  const error = { reason, message, hint, place, details: details.slice(0, SHOWN_DETAILS).map(brief), facts };
  return {
    isError: true,
    content: [{ type: "text", text: refusalText(told) }],
    structuredContent: { error: safe(present(error)) },
  };
}

const brief = ({ message, hint, place }: Refusal) => present({ message, hint, place });

const present = (fields: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0)),
  );

function refusalText(refusal: Refusal): string {
  const { details = [] } = refusal;
  const lines = [sentenceOf(refusal), ...details.slice(0, SHOWN_DETAILS).map((detail) => `- ${sentenceOf(detail)}`)];
  if (details.length > SHOWN_DETAILS) lines.push(`… ${details.length - SHOWN_DETAILS} more`);
  return lines.join("\n");
}

function sentenceOf({ message, hint, place }: Refusal): string {
  const where = place === undefined ? "" : `${place}: `;
  return neutralizeLine(`${where}${message}${hint === undefined ? "" : `. Way out: ${hint}`}`, 600);
}

/** Data without anything hidden, and without marks that stand for blocks of ours. */
function safe(value: unknown): unknown {
  if (typeof value === "string") return neutralizeData(value.slice(0, MAX_STRING));
  if (Array.isArray(value)) return value.map(safe);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => [neutralizeLine(key, 200), safe(item)]),
  );
}
