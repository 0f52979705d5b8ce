import type { CallToolResult } from "@modelcontextprotocol/server";
import { cutChars, neutralizeData, neutralizeLine } from "../context/neutralize.ts";
import { isoTime } from "../context/time.ts";
import type { Refusal, Result } from "../plan/refusal.ts";
import { wayOut } from "./way-out.ts";

/** What a tool has to say. */
export interface Answer {
  /** Made safe already. */
  readonly text: string;
  /**
   * The same as data: Claude Code and Codex show their model this and not the text, OpenCode the text. Absent where the
   * text is a document to be read. Texts in it are as they were written; they are made safe on the way out.
   */
  readonly data?: Readonly<Record<string, unknown>>;
}

const SHOWN_DETAILS = 20;
/** Hosts cut what is too long in places of their own choice. */
const LONGEST_TEXT = 8_000;
const LONGEST_LIST = 200;

export function toToolResult(result: Result<Answer>): CallToolResult {
  if (!result.ok) return refusalResult(result.refusal);
  const { text, data } = result.value;
  const content = [{ type: "text" as const, text }];
  return data === undefined ? { content } : { content, structuredContent: safe(data) };
}

function refusalResult(refusal: Refusal): CallToolResult {
  const told = { ...refusal, ...wayOut(refusal) };
  const { reason, message, hint, place, details = [], facts } = told;
  const error = { reason, message, hint, place, details: details.slice(0, SHOWN_DETAILS).map(brief), facts };
  return {
    isError: true,
    content: [{ type: "text", text: refusalText(told) }],
    structuredContent: { error: safe(error) },
  };
}

const brief = ({ message, hint, place }: Refusal) => ({ message, hint, place });

function refusalText(refusal: Refusal): string {
  const { details = [] } = refusal;
  const lines = [sentenceOf(refusal), ...details.slice(0, SHOWN_DETAILS).map((detail) => `- ${sentenceOf(detail)}`)];
  if (details.length > SHOWN_DETAILS) lines.push(`… ${details.length - SHOWN_DETAILS} more`);
  return lines.join("\n");
}

function sentenceOf({ message, hint, place }: Refusal): string {
  const where = place === undefined ? "" : `${place}: `;
  return neutralizeLine(`${where}${message}${hint === undefined ? "" : `${stopOf(message)} Way out: ${hint}`}`, 600);
}

/** What ends a sentence that something follows; some end by themselves. */
export const stopOf = (sentence: string): string => (/[.!?]$/.test(sentence) ? "" : ".");

/** A moment, by the name of its field. */
const IS_MOMENT = /^(?:at|since|until)$|At$/;

/**
 * Data without anything hidden and without marks that stand for blocks of ours; short, since a model pays for it: times
 * in words, nothing that is empty.
 */
function safe(value: unknown, name = ""): unknown {
  if (typeof value === "string") return cutChars(neutralizeData(value.slice(0, LONGEST_TEXT * 2)), LONGEST_TEXT);
  if (typeof value === "number" && IS_MOMENT.test(name) && value > 1e11) return isoTime(value);
  if (Array.isArray(value)) return value.slice(0, LONGEST_LIST).map((item) => safe(item));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => !isEmpty(item))
      .map(([key, item]) => [neutralizeLine(key, 200), safe(item, key)]),
  );
}

const isEmpty = (value: unknown): boolean =>
  value === undefined || (typeof value === "object" && value !== null && Object.keys(value).length === 0);
