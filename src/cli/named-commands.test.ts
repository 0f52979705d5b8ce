import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { globalOptions } from "./global-options.ts";
import { groups } from "./table.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const loaded = await Promise.all(groups.map(async ({ load }) => (await load()).commands));
const specs = new Map(loaded.flat().map(({ spec }) => [spec.path.join(" "), spec]));
const groupNames = new Set(groups.map(({ name }) => name));

/** A command as a text names it: two words at most, and the options that follow before the text ends. */
const NAMED = /\bholdfast ([a-z][a-z-]*)( [a-z][a-z-]+)?([^`\n;.]*)/g;
/** What reads like a command and is none: the purpose of a digest, an array of a shell, half a word to be completed, one to come. */
const OTHERS = new Set(["holdfast key", "holdfast candidates", "holdfast task cl", "holdfast run"]);
const COMMENT = /^ *(?:\/\/|\/?\*).*$/gm;
const PAGES = [
  "README.md",
  "CONTRIBUTING.md",
  ...readdirSync(join(root, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => join("docs", name)),
];

const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts"))
  .map((path) => join("src", path));

test.each([...sources, ...PAGES])("every command that %s sends its reader to is there, with its options", (path) => {
  const text = readFileSync(join(root, path), "utf8").replaceAll(COMMENT, "");
  const found = [...text.matchAll(NAMED)].flatMap(([, first = "", second = "", tail = ""]) =>
    faults(first, second, tail),
  );
  expect(found.filter((name) => !OTHERS.has(name))).toEqual([]);
});

function faults(first: string, second: string, tail: string): readonly string[] {
  if (first === "help") return faults(second.trim(), "", tail);
  if (!groupNames.has(first)) return [`holdfast ${first}`];
  const spec = specs.get(first + second) ?? specs.get(first);
  // A group alone is named to speak of it, or a placeholder follows.
  if (spec === undefined) return second === "" ? [] : [`holdfast ${first}${second}`];
  const known = new Set([...Object.keys(globalOptions), ...Object.keys(spec.options ?? {}), "help"]);
  // What follows -- is another program's.
  const [own = ""] = tail.split(/\bholdfast\b|["'],? |\bor\b| -- /);
  return [...own.matchAll(/ --(?:no-)?([a-z][a-z-]*)/g)]
    .filter(([whole, name = ""]) => !known.has(name) && !known.has(whole.slice(3)))
    .map(([option]) => `${spec.path.join(" ")}${option}`);
}
