import { prose } from "./prose.ts";

const LIST_ITEM = /^[ \t]*(?:[-*+•]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)])[ \t]+\S.*$/;
const ASKS =
  /\b(?:let me know (?:whether|which|what|how|if i should|if you(?:'d| would)? (?:like|prefer|want) me)|(?:waiting|i(?:'ll| will)? wait) for your|i(?:'ll| will) wait(?=[.!]?$)|please (?:confirm|advise|choose|decide|tell me)|should i proceed|shall i|(?:tell|give) me (?:your|the) (?:answer|choice|decision|go-ahead))\b/iu;

/** Whether a message ends with a question to the person, a list of the choices after it or not. */
export function endsWithQuestion(message: string): boolean {
  const lines = prose(message)
    .replaceAll("’", "'")
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => /[\p{L}\p{N}?？؟]/u.test(line));
  while (lines.length > 1 && LIST_ITEM.test(lines.at(-1)!) && !isQuestion(lines.at(-1)!)) lines.pop();
  const last = lines.at(-1);
  return last !== undefined && isQuestion(last);
}

const withoutClosers = (line: string): string =>
  line.replace(/[\s*_~)\]"'”’»\p{Extended_Pictographic}\u{fe0f}‹›]+$/u, "");

function isQuestion(line: string): boolean {
  const end = withoutClosers(line);
  if (/[?？؟](?:\s*[([]\s*y(?:es)?\s*\/\s*n(?:o)?)?$/iu.test(end)) return true;
  const lastSentence = end.split(/[.!]\s+/u).at(-1)!;
  return ASKS.test(lastSentence);
}
