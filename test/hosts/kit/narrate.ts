import type { ModelRequest, Script, Turn } from "../../../src/hosts/model-server/turn.ts";
import type { Host } from "./hosts.ts";
import type { World } from "./world.ts";

/** A request, and what the model said to it. */
export interface Exchange {
  readonly request: ModelRequest;
  readonly turn: Turn;
}

/** A script that remembers what was said to what. */
export function recorded(script: Script, into: Exchange[]): Script {
  return async (request) => {
    const turn = (await script(request)) ?? { text: "Done." };
    into.push({ request, turn });
    return turn;
  };
}

/** A conversation as Markdown: what the person said, what Holdfast put before the model, what the model did and got. */
export function narrate(exchanges: readonly Exchange[], host: Host, world: World): string {
  const parts: string[] = [];
  let known = new Map<string, number>();
  let results = 0;
  let lastUser = "";
  for (const { request, turn } of exchanges) {
    if (request.lastUser.includes(host.summaryRequest)) {
      parts.push("*The conversation is compacted: the host asks a model for a summary, and keeps nothing else.*");
      [known, results, lastUser] = [new Map(), 0, request.lastUser];
      continue;
    }
    const all = itemsOf(request).flatMap(resultsIn);
    parts.push(...all.slice(results).map(quoted));
    results = all.length + (isAside(turn) ? 1 : 0);
    if (request.lastUser !== lastUser) parts.push(`**Person:** ${request.lastUser.split("\n").at(-1)}`);
    lastUser = request.lastUser;
    const seen = countsOf(itemsOf(request).flatMap(saidIn).join("\n").match(INJECTED) ?? []);
    for (const [block, count] of seen) {
      if (count > (known.get(block) ?? 0)) parts.push(`Holdfast, to the model:\n\n${quoted(block)}`);
    }
    known = seen;
    if (!isAside(turn)) parts.push(...spoken(turn));
  }
  return stable(parts.join("\n\n"), world);
}

function spoken({ text, calls = [] }: Turn): readonly string[] {
  const called = calls.map(({ name, namespace, input }) => {
    const whole = namespace === undefined ? name : `${namespace}.${name}`;
    return `**Model** calls \`${whole}\`:\n\n\`\`\`json\n${JSON.stringify(input)}\n\`\`\``;
  });
  return text === undefined ? called : [`**Model:** ${text}`, ...called];
}

/** Looking at nothing until the host has taken up new tools is no part of the story. */
const isAside = ({ calls = [] }: Turn): boolean =>
  calls.some(({ input }) => JSON.stringify(input).includes("sleep 0.1"));

/** What Holdfast says stands in its tags, or is the one line for a conversation that is on no plan. */
const INJECTED = /<holdfast-context[^]*?<\/holdfast-context>|Holdfast: the plan [^\n]*/g;

function countsOf(blocks: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const block of blocks) counts.set(block, (counts.get(block) ?? 0) + 1);
  return counts;
}

const quoted = (text: string): string =>
  text.trim() === "" ? "(nothing is printed)" : `\`\`\`text\n${text.trim()}\n\`\`\``;

type Item = Readonly<Record<string, unknown>>;

/** The conversation in its parts; each protocol has its own for what tools answered. */
function itemsOf({ body }: ModelRequest): readonly Item[] {
  const items = (body["messages"] ?? body["input"]) as readonly Item[];
  return items.flatMap((item) => {
    const { content } = item;
    return Array.isArray(content) ? (content as readonly Item[]) : [{ type: "text", text: content, ...item }];
  });
}

const RESULTS = new Set(["function_call_output", "tool_result"]);

const resultsIn = ({ type, output, content }: Item): readonly string[] =>
  RESULTS.has(String(type)) ? [withoutTime(textOf(output ?? content))] : [];

const saidIn = ({ type, text }: Item): readonly string[] =>
  typeof text === "string" && !RESULTS.has(String(type)) ? [text] : [];

/** Codex says how long it took. */
const withoutTime = (text: string): string => text.replace(/^[^]*?^Output:\n/m, "");

const textOf = (content: unknown): string =>
  Array.isArray(content) ? content.map((part: Item) => String(part["text"])).join("\n") : String(content);

/** Without what is another every time: places, ids, times, commits. */
export const stable = (text: string, { project, home }: World): string =>
  text
    .replaceAll(project, "/project")
    .replaceAll(home, "/home/you")
    .replaceAll(/\b(claude|codex|opencode):[\w-]{8,}/g, "$1:…")
    .replaceAll(/\b01[0-9a-z]{18}\b/g, "01…")
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "2026-01-01T00:00:00Z")
    .replaceAll(/\b\d{4}-\d\d-\d\d \d\d:\d\d/g, "2026-01-01 00:00")
    .replaceAll(/\b[0-9a-f]{7} first\b/g, "1a2b3c4 first");
