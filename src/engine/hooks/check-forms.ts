import { statSync } from "node:fs";
import { join } from "node:path";
import type { CheckForm } from "../../context/head.ts";
import { matchLine } from "../../evidence/observed/line-match.ts";
import { readHead, type HeadFile } from "../plans/fresh-head.ts";
import type { HostEvent } from "./host-event.ts";

type Finished = Extract<HostEvent, { readonly type: "tool-finished" }>;

interface Known {
  readonly sight: string;
  readonly forms: readonly CheckForm[];
}

/** By the path of a head: what its plan's checks run. A server answers hundreds of calls while heads stay as they are. */
const known = new Map<string, Known>();
const MOST_KNOWN = 200;

/** Whether a shell's line that has ended ran what a check of one of these plans runs; asked after each call of one. */
export function ranCheck({ tool }: Finished, planning: string, slugs: readonly string[]): boolean {
  const line = tool.kind === "shell" ? tool.command : undefined;
  if (line === undefined) return false;
  return slugs.some((slug) => runsForm(line, formsIn(join(planning, slug, "head.json"))));
}

/** Whether a line runs one of these; the words are looked for before the line is taken apart. */
export const runsForm = (line: string, forms: readonly CheckForm[]): boolean =>
  forms.some((form) => form.command.every((word) => line.includes(word)) && matchLine(line, form) !== undefined);

function formsIn(file: string): readonly CheckForm[] {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats === undefined) return [];
  const sight = `${stats.ino}:${stats.size}:${stats.mtimeMs}`;
  const before = known.get(file);
  if (before?.sight === sight) return before.forms;
  const head = readHead(file);
  const forms = head === undefined ? [] : formsOf(head);
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(file, { sight, forms });
  return forms;
}

/** What the checks of a plan run, by its head. Whoever wrote that file: no answer may hang on its shape. */
export function formsOf({ checks }: Pick<HeadFile, "checks">): readonly CheckForm[] {
  const given: unknown = checks;
  return Array.isArray(given) ? given.filter(isForm) : [];
}

function isForm(value: unknown): value is CheckForm {
  const { command, env } = (value ?? {}) as Partial<CheckForm>;
  const isCommand = Array.isArray(command) && command.every((word) => typeof word === "string");
  return isCommand && typeof env === "object" && env !== null;
}
