import { createHash } from "node:crypto";
import { getNodeValue } from "jsonc-parser";
import { isObject } from "../../plan/shape.ts";
import { nodeAt, parseJson } from "./json-edit.ts";

/** A hook of ours, as Codex remembers whether a person trusted it. */
export interface TrustedHook {
  /** `<file>:<event>:<group>:<hook>`: it counts places, so hooks that others put before ours make Codex ask again. */
  readonly key: string;
  /** Of what the hook says: another text has to be trusted anew. */
  readonly hash: string;
}

/** Our hooks in a file of Codex's. */
export function trustedHooks(text: string, file: string, isOurs: (hook: unknown) => boolean): readonly TrustedHook[] {
  const parsed = parseJson(text, file);
  const node = parsed.ok ? nodeAt(parsed.value, ["hooks"]) : undefined;
  const hooks: unknown = node === undefined ? undefined : getNodeValue(node);
  if (!isObject(hooks)) return [];
  return Object.entries(hooks).flatMap(([event, groups]) =>
    listOf(groups).flatMap((group, at) =>
      listOf(isObject(group) ? group["hooks"] : undefined).flatMap((hook, index) => {
        if (!isObject(group) || !isObject(hook) || !isOurs(hook)) return [];
        const name = snakeCase(event);
        return [{ key: `${file}:${name}:${at}:${index}`, hash: hashOf(name, group["matcher"], hook) }];
      }),
    ),
  );
}

export type Trust = "trusted" | "never" | "changed" | "off";

/** What Codex's settings say of a hook. */
export function trustOf({ key, hash }: TrustedHook, state: unknown): Trust {
  const known = isObject(state) ? state[key] : undefined;
  if (!isObject(known)) return "never";
  if (known["enabled"] === false) return "off";
  const { trusted_hash: trusted } = known;
  return typeof trusted !== "string" ? "never" : trusted === hash ? "trusted" : "changed";
}

/** As Codex 0.169 has it: of the hook as JSON with sorted keys. */
function hashOf(event: string, matcher: unknown, hook: Readonly<Record<string, unknown>>): string {
  const whole = {
    event_name: event,
    ...(typeof matcher === "string" ? { matcher } : {}),
    hooks: [hook["type"] === "command" ? { async: false, ...hook } : hook],
  };
  return `sha256:${createHash("sha256")
    .update(JSON.stringify(sorted(whole)))
    .digest("hex")}`;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const keys = Object.keys(value).toSorted((a, b) => (a < b ? -1 : 1));
  return Object.fromEntries(keys.map((key) => [key, sorted(value[key])]));
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const snakeCase = (name: string): string => name.replaceAll(/(?<=.)([A-Z])/g, "_$1").toLowerCase();
