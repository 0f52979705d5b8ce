import { join } from "node:path";
import { nameOf, type Spot } from "./shell-spot.ts";
import type { Word } from "./shell-words.ts";

const INTERPRETERS = /^(?:python[\d.]*|node|nodejs|deno|bun|ruby|perl|php|lua|osascript|tsx)$/;
const WRITES =
  /write|append|unlink|remove|rename|rmtree|rmdir|rmsync|mkdir|copy|cpsync|\bcp\b|move|truncate|touch|shutil|chmod|symlink|spawn|exec|system|subprocess|\bput|_put_|\bdelete|open\s*\(?[^)\n]*["'](?:[^"'\n]*[wax+]["']|[+]?>)/i;
const CLEARS = /(?:rmtree|rmSync|rmdir_r|rm_rf|remove_tree|rm)\s*\(\s*["'`]([^"'`\n]{1,300})["'`]/g;

export const isCodeRunner = (name: string): boolean => INTERPRETERS.test(name);

/** A text without what only parts it: quotes, backslashes, and the signs by which code joins texts. */
export const withoutQuotes = (text: string): string =>
  text.replace(/["']\s{0,9}[+.]\s{0,9}["']/g, "").replace(/["'\\]/g, "");

/** Code is not understood: a word for writing beside a place in the folder is enough. */
export function findInCode(code: string, at: Spot): void {
  if (!WRITES.test(code)) return;
  for (const [, path = ""] of code.matchAll(CLEARS)) at.write(literal(path), { isDeep: true });
  if (at.question.isNamed || at.isIn) addNamed(code, at);
}

/** Every place in the folder that a text names, or the folder where it names it in parts. */
export function addNamed(text: string, { question, found }: Spot): void {
  const { folder } = question;
  const name = nameOf(folder);
  const tails = text.split(name).slice(1);
  if (tails.length === 0) found.add(folder);
  for (const tail of tails) found.add(join(folder, /^[^\s"'`();,<>|&\\]*/.exec(tail)?.[0] ?? ""));
}

/** `-i` of perl and ruby. */
export const editsInPlace = (name: string, args: readonly Word[]): boolean =>
  (name === "perl" || name === "ruby") && args.some(({ text }) => /^-[a-zA-Z]*i/.test(text));

export const literal = (text: string): Word => ({ text, isOpen: false, isPattern: false });
