import { getNodeValue } from "jsonc-parser";
import { isObject } from "../../plan/shape.ts";
import { nodeAt, parseJson } from "./json-edit.ts";

/**
 * The names under which Codex remembers that a person trusted our hooks in a file: `<file>:<event>:<group>:<hook>`.
 * They count places, so hooks that others put before ours make Codex ask again.
 */
export function trustKeys(text: string, file: string, isOurs: (hook: unknown) => boolean): readonly string[] {
  const parsed = parseJson(text, file);
  const node = parsed.ok ? nodeAt(parsed.value, ["hooks"]) : undefined;
  const hooks: unknown = node === undefined ? undefined : getNodeValue(node);
  if (!isObject(hooks)) return [];
  return Object.entries(hooks).flatMap(([event, groups]) =>
    listOf(groups).flatMap((group, at) =>
      listOf(isObject(group) ? group["hooks"] : undefined).flatMap((hook, index) =>
        isOurs(hook) ? [`${file}:${snakeCase(event)}:${at}:${index}`] : [],
      ),
    ),
  );
}

/** Those of some hooks that Codex's settings know as trusted. */
export function trustedAmong(keys: readonly string[], state: unknown): readonly string[] {
  return keys.filter(
    (key) => isObject(state) && isObject(state[key]) && typeof state[key]["trusted_hash"] === "string",
  );
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const snakeCase = (name: string): string => name.replaceAll(/(?<=.)([A-Z])/g, "_$1").toLowerCase();
