import { parse as parseJson } from "jsonc-parser";
import { isObject } from "../../plan/shape.ts";
import { readHostFile } from "./apply.ts";
import { parseToml, valueAt } from "./toml-part.ts";

/** A value in a settings file of a host; undefined where there is none, or the file cannot be read. */
export function jsonValue(file: string, path: readonly string[]): unknown {
  const text = readHostFile(file);
  if (!text.ok || text.value === undefined) return undefined;
  return valueAt(parseJson(text.value.replace(/^\uFEFF/, ""), [], { allowTrailingComma: true }), path);
}

export function tomlValue(file: string, path: readonly string[]): unknown {
  const text = readHostFile(file);
  if (!text.ok || text.value === undefined) return undefined;
  const parsed = parseToml(text.value, file);
  return parsed.ok ? valueAt(parsed.value, path) : undefined;
}

/** The name of our plugin among those that a host has enabled. */
export function enabledPlugin(plugins: unknown): string | undefined {
  if (!isObject(plugins)) return undefined;
  const isOn = (value: unknown): boolean => value === true || (isObject(value) && value["enabled"] !== false);
  return Object.entries(plugins).find(([name, value]) => name.startsWith("holdfast@") && isOn(value))?.[0];
}
