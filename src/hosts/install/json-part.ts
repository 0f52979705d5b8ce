import { isDeepStrictEqual } from "node:util";
import type { Node } from "jsonc-parser";
import { ok, refused, type Result } from "../../plan/refusal.ts";
import { EditedText } from "./edited-text.ts";
import {
  addElement,
  addMember,
  nodeAt,
  parseJson,
  removeChild,
  replaceValue,
  valueOfNode,
  type JsonPath,
} from "./json-edit.ts";

/** What is to stand in a JSON file, beside everything of others. */
export type JsonSlot =
  | {
      /** One member: ours is the value that `isOurs` knows. */
      readonly kind: "member";
      readonly path: JsonPath;
      readonly value: unknown;
      readonly isOurs: (value: unknown) => boolean;
      /** Whether another's value there is simply left; refused where absent. */
      readonly yields?: true;
    }
  | {
      /** Elements of an array; `isOurs` knows those of any version. */
      readonly kind: "elements";
      readonly path: JsonPath;
      readonly values: readonly unknown[];
      readonly isOurs: (value: unknown) => boolean;
    }
  | {
      /** Hooks by event, in the shape that Claude Code and Codex share. */
      readonly kind: "hooks";
      readonly path: JsonPath;
      readonly groups: Readonly<Record<string, readonly HookGroup[]>>;
      readonly isOurs: (hook: unknown) => boolean;
    };

export interface HookGroup {
  readonly matcher?: string;
  readonly hooks: readonly Readonly<Record<string, unknown>>[];
}

/** The text with what is wanted in it; where all is there already, it is the same text. */
export function putSlots(text: string, slots: readonly JsonSlot[], file: string): Result<EditedText> {
  const edited = new EditedText(text);
  for (const slot of slots) {
    const put = putSlot(edited, slot, file);
    if (!put.ok) return put;
  }
  return ok(edited);
}

/** The text without what is ours, and without what is empty because of that. */
export function clearSlots(text: string, slots: readonly JsonSlot[], file: string): Result<EditedText> {
  const edited = new EditedText(text);
  const parsed = parseJson(text, file);
  if (!parsed.ok) return parsed;
  for (const slot of slots) {
    if (slot.kind === "member") clearMember(edited, slot, file);
    else if (slot.kind === "elements") clearElements(edited, slot.path, slot.isOurs, file);
    else clearHooks(edited, slot, file);
  }
  return ok(edited);
}

function putSlot(edited: EditedText, slot: JsonSlot, file: string): Result<void> {
  switch (slot.kind) {
    case "member":
      return putMember(edited, slot, file);
    case "elements":
      return putElements(edited, slot.path, slot.values, slot.isOurs, file);
    case "hooks":
      return putHooks(edited, slot, file);
    default:
      return slot satisfies never;
  }
}

type SlotOf<K extends JsonSlot["kind"]> = Extract<JsonSlot, { readonly kind: K }>;

function putMember(edited: EditedText, slot: SlotOf<"member">, file: string): Result<void> {
  const found = parseJson(edited.text, file);
  if (!found.ok) return found;
  const node = nodeAt(found.value, slot.path);
  if (node !== undefined) {
    const value = valueOfNode(node);
    if (isDeepStrictEqual(value, slot.value)) return ok(undefined);
    if (slot.isOurs(value)) {
      replaceValue(edited, node, slot.value);
      return ok(undefined);
    }
    return slot.yields === true ? ok(undefined) : taken(slot.path, file);
  }
  const container = ensure(edited, slot.path.slice(0, -1), "object", file);
  if (!container.ok) return container;
  addMember(edited, container.value, String(slot.path.at(-1)), slot.value);
  return ok(undefined);
}

function putElements(
  edited: EditedText,
  path: JsonPath,
  values: readonly unknown[],
  isOurs: (value: unknown) => boolean,
  file: string,
): Result<void> {
  if (values.length === 0) {
    clearElements(edited, path, isOurs, file);
    return ok(undefined);
  }
  for (const [index, value] of values.entries()) {
    const array = ensure(edited, path, "array", file);
    if (!array.ok) return array;
    const ours = childrenOf(array.value).filter((child) => isOurs(valueOfNode(child)));
    const present = ours[index];
    if (present === undefined) addElement(edited, array.value, value);
    else if (!isDeepStrictEqual(valueOfNode(present), value)) replaceValue(edited, present, value);
  }
  // What an earlier version had more of.
  for (;;) {
    const array = ensure(edited, path, "array", file);
    if (!array.ok) return array;
    const extra = childrenOf(array.value).filter((child) => isOurs(valueOfNode(child)))[values.length];
    if (extra === undefined) return ok(undefined);
    removeChild(edited, array.value, extra);
  }
}

function clearElements(edited: EditedText, path: JsonPath, isOurs: (value: unknown) => boolean, file: string): void {
  let hasRemoved = false;
  for (;;) {
    const array = find(edited, path, file);
    const ours = childrenOf(array).find((child) => isOurs(valueOfNode(child)));
    if (array === undefined || ours === undefined) break;
    removeChild(edited, array, ours);
    hasRemoved = true;
  }
  if (hasRemoved) dropEmpty(edited, path, file);
}

function clearMember(edited: EditedText, slot: SlotOf<"member">, file: string): void {
  const node = find(edited, slot.path, file);
  if (node === undefined || !slot.isOurs(valueOfNode(node))) return;
  const container = node.parent?.parent;
  if (node.parent === undefined || container === undefined) return;
  removeChild(edited, container, node.parent);
  dropEmpty(edited, slot.path.slice(0, -1), file);
}

const isGroup = (value: unknown): value is HookGroup =>
  typeof value === "object" && value !== null && "hooks" in value && Array.isArray(value.hooks);

function putHooks(edited: EditedText, { path, groups, isOurs }: SlotOf<"hooks">, file: string): Result<void> {
  const isOurGroup = ourGroup(isOurs);
  for (const event of eventsOf(edited, path, file)) {
    clearMixed(edited, [...path, event], isOurs, file);
    if (Object.hasOwn(groups, event)) continue;
    clearElements(edited, [...path, event], isOurGroup, file);
  }
  for (const [event, wanted] of Object.entries(groups)) {
    const put = putElements(edited, [...path, event], wanted, isOurGroup, file);
    if (!put.ok) return put;
  }
  return ok(undefined);
}

function clearHooks(edited: EditedText, { path, isOurs }: SlotOf<"hooks">, file: string): void {
  for (const event of eventsOf(edited, path, file)) {
    clearMixed(edited, [...path, event], isOurs, file);
    clearElements(edited, [...path, event], ourGroup(isOurs), file);
  }
}

const ourGroup =
  (isOurs: (hook: unknown) => boolean) =>
  (value: unknown): boolean =>
    isGroup(value) && value.hooks.length > 0 && value.hooks.every(isOurs);

/** Takes our hooks out of groups in which somebody has put others beside them. */
function clearMixed(edited: EditedText, path: JsonPath, isOurs: (hook: unknown) => boolean, file: string): void {
  for (let index = 0; index < childrenOf(find(edited, path, file)).length; index += 1) {
    const group: unknown = valueAt(edited, [...path, index], file);
    if (!isGroup(group) || group.hooks.every(isOurs)) continue;
    for (;;) {
      const array = find(edited, [...path, index, "hooks"], file);
      const ours = childrenOf(array).find((child) => isOurs(valueOfNode(child)));
      if (array === undefined || ours === undefined) break;
      removeChild(edited, array, ours);
    }
  }
}

function eventsOf(edited: EditedText, path: JsonPath, file: string): readonly string[] {
  const node = find(edited, path, file);
  return node?.type === "object" ? childrenOf(node).map(({ children }) => String(children?.[0]?.value)) : [];
}

/** Takes away a container that has nothing in it any more, not even a comment, and those around it. */
function dropEmpty(edited: EditedText, path: JsonPath, file: string): void {
  const node = find(edited, path, file);
  if (path.length === 0 || node === undefined || childrenOf(node).length > 0) return;
  const inner = edited.text.slice(node.offset + 1, node.offset + node.length - 1);
  const container = node.parent?.parent;
  if (inner.trim() !== "" || node.parent === undefined || container === undefined) return;
  removeChild(edited, container, node.parent);
  dropEmpty(edited, path.slice(0, -1), file);
}

/** The object or array at a path, made where it is missing. */
function ensure(edited: EditedText, path: JsonPath, type: "object" | "array", file: string): Result<Node> {
  const parsed = parseJson(edited.text, file);
  if (!parsed.ok) return parsed;
  const node = path.length === 0 ? parsed.value : nodeAt(parsed.value, path);
  if (node !== undefined) return node.type === type ? ok(node) : taken(path, file);
  const container = ensure(edited, path.slice(0, -1), "object", file);
  if (!container.ok) return container;
  addMember(edited, container.value, String(path.at(-1)), type === "object" ? {} : []);
  return ensure(edited, path, type, file);
}

const taken = (path: JsonPath, file: string): Result<never> =>
  refused("host-settings-taken", `${file} has something else at ${path.join(".") || "its top"}`, {
    hint: "It is left as it is; take it out, or leave this host out: --host",
    place: file,
  });

function find(edited: EditedText, path: JsonPath, file: string): Node | undefined {
  const parsed = parseJson(edited.text, file);
  if (!parsed.ok) return undefined;
  return path.length === 0 ? parsed.value : nodeAt(parsed.value, path);
}

function valueAt(edited: EditedText, path: JsonPath, file: string): unknown {
  const node = find(edited, path, file);
  return node === undefined ? undefined : valueOfNode(node);
}

const childrenOf = (node: Node | undefined): readonly Node[] =>
  node?.type === "object" || node?.type === "array" ? (node.children ?? []) : [];
