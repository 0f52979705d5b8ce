import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isObject } from "../../plan/shape.ts";
import type { Scripts } from "../reports/detect.ts";

/** What the `package.json` of a folder says; nothing where there is none, or it cannot be read. */
export function readPackage(folder: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

/** The scripts of the package that a check runs in, for telling what `npm test` is. */
export function readScripts(folder: string): Scripts {
  const { scripts } = readPackage(folder);
  const entries = isObject(scripts) ? Object.entries(scripts) : [];
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}
