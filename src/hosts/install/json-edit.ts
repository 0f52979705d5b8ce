import { createScanner, findNodeAtLocation, getNodeValue, parseTree, printParseErrorCode } from "jsonc-parser";
import type { Node, ParseError } from "jsonc-parser";
import { ok, refused, type Result } from "../../plan/refusal.ts";
import { lineBreakOf, type EditedText, type TextEdit } from "./edited-text.ts";

/** Kinds of tokens: the library declares them in a way that cannot be imported. */
const COMMA = 5;
const LINE_BREAK = 14;
const END = 17;

export type JsonPath = readonly (string | number)[];

/** The tree of a JSON text, comments and trailing commas allowed; refused, with the place, where it is none. */
export function parseJson(text: string, file: string): Result<Node> {
  const errors: ParseError[] = [];
  // A byte order mark belongs to no value; with a space in its place every other character keeps its own.
  const root = parseTree(text.replace(/^\uFEFF/, " "), errors, { allowTrailingComma: true, disallowComments: false });
  const [first] = errors;
  if (root !== undefined && first === undefined) return ok(root);
  const offset = first?.offset ?? 0;
  const before = text.slice(0, offset).split("\n");
  const place = `${file}:${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
  const what = first === undefined ? "nothing is there" : printParseErrorCode(first.error);
  return refused("bad-host-settings", `${file} is not JSON (${what})`, {
    place,
    hint: "Put it right there, then try again; nothing was written to it",
  });
}

/** What a node stands for, as plain data. */
export const valueOfNode = (node: Node): unknown => JSON.parse(JSON.stringify(getNodeValue(node) ?? null)) as unknown;

/** The node at a path; undefined where there is none. */
export const nodeAt = (root: Node, path: JsonPath): Node | undefined => findNodeAtLocation(root, [...path]);

/** Adds a member to an object, after those that it has. */
export function addMember(edited: EditedText, object: Node, key: string, value: unknown): void {
  add(edited, object, (indent) => `${JSON.stringify(key)}: ${indent(value)}`);
}

/** Adds an element to an array, after those that it has. */
export function addElement(edited: EditedText, array: Node, value: unknown): void {
  add(edited, array, (indent) => indent(value));
}

/** Puts another value in the place of one. */
export function replaceValue(edited: EditedText, node: Node, value: unknown): void {
  const { text } = edited;
  const lineStart = text.lastIndexOf("\n", node.offset) + 1;
  const indent = /^[ \t]*/.exec(text.slice(lineStart))![0];
  const shown = isOnOneLine(text) ? JSON.stringify(value) : spread(value, text, indent);
  edited.edit({ offset: node.offset, length: node.length, text: shown });
}

/** Takes a member or an element out, with the comma and the white space that came with it. Comments stay. */
export function removeChild(edited: EditedText, container: Node, child: Node): void {
  const { text } = edited;
  const children = container.children ?? [];
  const at = children.indexOf(child);
  const end = child.offset + child.length;
  const close = container.offset + container.length - 1;
  const next = children[at + 1];
  const previous = children[at - 1];
  const after = commaBetween(text, end, next?.offset ?? close);
  // What stands behind it on its line must not come to stand behind a comment of the line before.
  const isAlone =
    text.slice(end, after ?? end).trim() === "" && /^[ \t]*\r?\n/.test(text.slice((after ?? end - 1) + 1));
  const start = isAlone ? startWithSpace(text, child.offset) : child.offset;
  const edits: TextEdit[] = [{ offset: start, length: end - start, text: "" }];
  if (after !== undefined) {
    const space = start === child.offset ? (/^[ \t]*/.exec(text.slice(after + 1))?.[0].length ?? 0) : 0;
    edits.push({ offset: after, length: 1 + space, text: "" });
  } else if (previous !== undefined) {
    const before = commaBetween(text, previous.offset + previous.length, child.offset);
    const isJoined = before !== undefined && text.slice(before + 1, start).trim() === "";
    if (before !== undefined) edits.push({ offset: before, length: isJoined ? start - before : 1, text: "" });
  }
  edited.editAll(merge(edits));
  if (children.length > 1) return;
  const inner = edited.text.slice(container.offset + 1, close - removedBy(edits));
  if (inner.trim() === "") edited.edit({ offset: container.offset + 1, length: inner.length, text: "" });
}

/** A new value as it is to be shown, inside a container of some depth. */
type Show = (value: unknown) => string;

function add(edited: EditedText, container: Node, show: (indent: Show) => string): void {
  const { text } = edited;
  const open = container.offset;
  const close = open + container.length - 1;
  const last = container.children?.at(-1);
  const unit = unitOf(text);
  const lineBreak = lineBreakOf(text);
  const base = indentAt(text, open);
  if (last === undefined) {
    const at = lastLineBreak(text, open + 1, close);
    if (at === undefined && isOnOneLine(text) && text.trim() !== "{}") {
      edited.edit({ offset: open + 1, length: 0, text: show((value) => JSON.stringify(value)) });
      return;
    }
    const shown = `${lineBreak}${base}${unit}${show((value) => spread(value, text, base + unit))}`;
    edited.edit({ offset: at ?? close, length: 0, text: at === undefined ? shown + lineBreak + base : shown });
    return;
  }
  const end = last.offset + last.length;
  const comma = commaBetween(text, end, close);
  const at = lastLineBreak(text, comma ?? end, close);
  if (at === undefined) {
    const space = isOnOneLine(text) && !/[,:] /.test(text) ? "" : " ";
    const shown = show((value) => JSON.stringify(value));
    edited.edit(
      comma === undefined
        ? { offset: end, length: 0, text: `,${space}${shown}` }
        : { offset: comma + 1, length: 0, text: `${space}${shown},` },
    );
    return;
  }
  const indent = startsItsLine(text, last.offset) ? indentAt(text, last.offset) : base + unit;
  const shown = `${lineBreak}${indent}${show((value) => spread(value, text, indent))}`;
  edited.editAll(
    comma === undefined
      ? merge([
          { offset: end, length: 0, text: "," },
          { offset: at, length: 0, text: shown },
        ])
      : [{ offset: at, length: 0, text: `${shown},` }],
  );
}

const isOnOneLine = (text: string): boolean => !text.trim().includes("\n");

const indentAt = (text: string, offset: number): string =>
  /^[ \t]*/.exec(text.slice(text.lastIndexOf("\n", offset - 1) + 1))![0];

const startsItsLine = (text: string, offset: number): boolean =>
  text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset).trim() === "";

/** What one step of indentation is in a text. */
const unitOf = (text: string): string => /\n([ \t]+)["{[]/.exec(text)?.[1] ?? "  ";

const spread = (value: unknown, text: string, indent: string): string =>
  show(value, unitOf(text)).replaceAll("\n", lineBreakOf(text) + indent);

/** A value over several lines, but what has little depth on one: settings stay short to read. */
function show(value: unknown, unit: string): string {
  if (typeof value !== "object" || value === null || depthOf(value) <= 2) return showOnLine(value);
  const isArray = Array.isArray(value);
  const inner = Object.entries(value).map(([key, item]) => {
    const shown = show(item, unit).replaceAll("\n", `\n${unit}`);
    return `${unit}${isArray ? "" : `${JSON.stringify(key)}: `}${shown}`;
  });
  return `${isArray ? "[" : "{"}\n${inner.join(",\n")}\n${isArray ? "]" : "}"}`;
}

function showOnLine(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(showOnLine).join(", ")}]`;
  const members = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${showOnLine(item)}`);
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
}

const depthOf = (value: unknown): number =>
  typeof value === "object" && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;

/** Where white space before a place begins, back to the line before where nothing else stands on this one. */
function startWithSpace(text: string, offset: number): number {
  let at = offset;
  while (at > 0 && (text[at - 1] === " " || text[at - 1] === "\t")) at -= 1;
  if (text[at - 1] !== "\n") return offset;
  return text[at - 2] === "\r" ? at - 2 : at - 1;
}

/** The comma between two places, comments left aside. */
function commaBetween(text: string, from: number, to: number): number | undefined {
  return tokenIn(text, from, to, COMMA).at(0);
}

/** Where the last line break between two places begins that is not inside a comment. */
function lastLineBreak(text: string, from: number, to: number): number | undefined {
  return tokenIn(text, from, to, LINE_BREAK).at(-1);
}

function tokenIn(text: string, from: number, to: number, kind: number): readonly number[] {
  const scanner = createScanner(text.slice(from, to), false);
  const found: number[] = [];
  for (let token: number = scanner.scan(); token !== END; token = scanner.scan()) {
    if (token === kind) found.push(from + scanner.getTokenOffset());
  }
  return found;
}

const removedBy = (edits: readonly TextEdit[]): number => edits.reduce((sum, { length }) => sum + length, 0);

/** Edits at one place as one, in their order. */
function merge(edits: readonly TextEdit[]): readonly TextEdit[] {
  const [first, second] = edits;
  if (first === undefined || second === undefined) return edits;
  if (first.offset === second.offset && first.length === 0 && second.length === 0) {
    return [{ ...first, text: first.text + second.text }];
  }
  return edits;
}
