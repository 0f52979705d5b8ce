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

/** By the folder of a call: the heads that were asked there last. */
const asked = new Map<string, readonly string[]>();

/** Whether a shell's line that has ended ran what a check of one of these plans runs; asked after each call of one. */
export function ranCheck(event: Finished, planning: string, slugs: readonly string[]): boolean {
  const line = lineOf(event);
  if (line === undefined) return false;
  const heads = slugs.map((slug) => join(planning, slug, "head.json"));
  remember(asked, event.cwd, heads);
  return heads.some((head) => runsForm(line, formsIn(head)));
}

/**
 * Whether a line ran no check of the plans that were there at the last call in its folder, as those are now. A plan that
 * has come since is not among them: who asks this first has to ask `ranCheck` all the same.
 */
export function isKnownAsNoCheck(event: Finished): boolean {
  const [line, heads] = [lineOf(event), asked.get(event.cwd)];
  return line !== undefined && heads !== undefined && !heads.some((head) => runsForm(line, formsIn(head)));
}

const lineOf = ({ tool }: Finished): string | undefined => (tool.kind === "shell" ? tool.command : undefined);

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
  remember(known, file, { sight, forms });
  return forms;
}

function remember<Value>(values: Map<string, Value>, key: string, value: Value): void {
  if (values.size >= MOST_KNOWN) values.clear();
  values.set(key, value);
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
