import { isDeepStrictEqual } from "node:util";
import { parse, TomlError } from "smol-toml";
import { ok, refused, type Result } from "../../plan/refusal.ts";
import { EditedText, lineBreakOf } from "./edited-text.ts";

/** A table of ours in a TOML file of somebody's. */
export interface TomlTable {
  /** Its name, of bare keys. */
  readonly path: readonly string[];
  readonly values: Readonly<Record<string, string | readonly string[] | number | boolean>>;
  readonly isOurs: (value: unknown) => boolean;
}

const BEGIN = "# Kept by Holdfast; `holdfast uninstall` takes it out.";

export function parseToml(text: string, file: string): Result<Readonly<Record<string, unknown>>> {
  try {
    // Its objects have no prototype, and equal none that have one.
    return ok(structuredClone(parse(text)));
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    return refused("bad-host-settings", `${file} is not TOML (${error.message.split("\n", 1)[0] ?? ""})`, {
      place: `${file}:${error.line}:${error.column}`,
      hint: "Put it right there, then try again; nothing was written to it",
    });
  }
}

/** The text with the table in it, at its end; where it stands there already, it is the same text. */
export function putTable(text: string, table: TomlTable, file: string): Result<EditedText> {
  const parsed = parseToml(text, file);
  if (!parsed.ok) return parsed;
  const present = valueAt(parsed.value, table.path);
  if (isDeepStrictEqual(present, table.values)) return ok(new EditedText(text));
  if (present !== undefined && !table.isOurs(present)) {
    return refused("host-settings-taken", `${file} has another [${table.path.join(".")}]`, {
      hint: "It is left as it is; take it out, or leave this host out: --host",
      place: file,
    });
  }
  const edited = present === undefined ? new EditedText(text) : cutTable(text, table.path);
  const lineBreak = lineBreakOf(text);
  const lines = [
    BEGIN,
    `[${table.path.join(".")}]`,
    ...Object.entries(table.values).map(([key, value]) => `${key} = ${JSON.stringify(value)}`),
  ];
  const gap = edited.text === "" ? "" : edited.text.endsWith("\n") ? lineBreak : lineBreak + lineBreak;
  edited.edit({ offset: edited.text.length, length: 0, text: gap + lines.join(lineBreak) + lineBreak });
  const after = parseToml(edited.text, file);
  if (after.ok && isDeepStrictEqual(valueAt(after.value, table.path), table.values)) {
    if (isDeepStrictEqual(without(after.value, table.path), without(parsed.value, table.path))) return ok(edited);
  }
  return refused("host-settings-taken", `[${table.path.join(".")}] cannot be added to ${file} as it is written`, {
    hint: "Write the tables around it as [tables] of their own, or leave this host out: --host",
    place: file,
  });
}

/** The text without the table and those below it. Comments after it stay. */
export function clearTable(text: string, table: TomlTable, file: string): Result<EditedText> {
  const parsed = parseToml(text, file);
  if (!parsed.ok) return parsed;
  const present = valueAt(parsed.value, table.path);
  if (present === undefined || !table.isOurs(present)) return ok(new EditedText(text));
  const edited = cutTable(text, table.path);
  const after = parseToml(edited.text, file);
  const isRestSame = after.ok && isDeepStrictEqual(without(after.value, table.path), without(parsed.value, table.path));
  if (isRestSame && valueAt(after.value, table.path) === undefined) return ok(edited);
  return refused("host-settings-taken", `[${table.path.join(".")}] cannot be taken out of ${file} as it is written`, {
    hint: "Take it out by hand",
    place: file,
  });
}

export function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, key) =>
      typeof at === "object" && at !== null && Object.hasOwn(at, key)
        ? (at as Record<string, unknown>)[key]
        : undefined,
    value,
  );
}

/** A copy without what is at a path, nor the tables that are empty for want of it. */
function without(value: Readonly<Record<string, unknown>>, path: readonly string[]): Readonly<Record<string, unknown>> {
  const [key = "", ...more] = path;
  const { [key]: inner, ...rest } = value;
  if (more.length === 0 || typeof inner !== "object" || inner === null) return rest;
  const left = without(inner as Readonly<Record<string, unknown>>, more);
  return Object.keys(left).length === 0 ? rest : { ...rest, [key]: left };
}

function cutTable(text: string, path: readonly string[]): EditedText {
  const edited = new EditedText(text);
  const lines = text.split(/(?<=\n)/);
  const headers = headersOf(lines);
  const cuts = new Set<number>();
  for (const [at, { line, keys }] of headers.entries()) {
    if (!path.every((key, index) => keys[index] === key)) continue;
    const end = headers[at + 1]?.line ?? lines.length;
    let last = end - 1;
    while (last > line && /^\s*(?:#.*)?$/.test(lines[last]!.trimEnd())) last -= 1;
    for (let cut = line; cut <= last; cut += 1) cuts.add(cut);
    if (lines[line - 1]?.trim() === BEGIN) {
      cuts.add(line - 1);
      if (lines[line - 2]?.trim() === "") cuts.add(line - 2);
    }
  }
  const starts = lines.map((_, index) => lines.slice(0, index).join("").length);
  edited.editAll([...cuts].map((cut) => ({ offset: starts[cut]!, length: lines[cut]!.length, text: "" })));
  return edited;
}

interface Header {
  readonly line: number;
  readonly keys: readonly string[];
}

/** The lines on which tables begin; what looks like one inside a value of several lines is none. */
function headersOf(lines: readonly string[]): readonly Header[] {
  const found: Header[] = [];
  let state: State = { quote: undefined, depth: 0 };
  for (const [line, text] of lines.entries()) {
    const header = state.quote === undefined && state.depth === 0 ? /^\s*\[{1,2}([^\]]+)\]/.exec(text) : null;
    if (header === null) state = afterLine(text, state);
    else found.push({ line, keys: keysOf(header[1]!) });
  }
  return found;
}

const keysOf = (dotted: string): readonly string[] =>
  [...dotted.matchAll(/\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^.\s"']+))\s*(?:\.|$)/g)].map(
    ([, double, single, bare]) => double ?? single ?? bare ?? "",
  );

interface State {
  /** The three quotes that end the text we are in. */
  readonly quote: '"""' | "'''" | undefined;
  /** Of brackets. */
  readonly depth: number;
}

/** Where a line of values leaves us: in a text of several lines, or inside brackets. */
function afterLine(text: string, before: State): State {
  let { quote, depth } = before;
  for (let at = 0; at < text.length; at += 1) {
    const three = text.slice(at, at + 3);
    const one = text[at];
    if (quote !== undefined) {
      if (quote === '"""' && one === "\\") at += 1;
      else if (three === quote) {
        quote = undefined;
        at += 2;
      }
    } else if (three === '"""' || three === "'''") {
      quote = three;
      at += 2;
    } else if (one === '"' || one === "'") at = endOfText(text, at, one);
    else if (one === "#") break;
    else if (one === "[" || one === "{") depth += 1;
    else if (one === "]" || one === "}") depth -= 1;
  }
  return { quote, depth };
}

function endOfText(text: string, start: number, quote: string): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (quote === '"' && text[at] === "\\") at += 1;
    else if (text[at] === quote) return at;
  }
  return text.length;
}
