import { readShell, type SimpleCommand, type Word } from "./shell-words.ts";

/** What is known before a command line runs. */
export interface KnownPlaces {
  readonly cwd: string;
  /** The root of the workspace, which is where most repositories begin. */
  readonly root: string;
  readonly home?: string;
}

const MOST_VARIANTS = 8;
const MOST_ROUNDS = 4;
const LONGEST = 20_000;
/** What may be put in the place of a variable without being read as anything but a word. */
const PLAIN = /^[\w./~:@%+=,*?[\]{} -]{0,200}$/;
const DECLARING = new Set(["export", "local", "declare", "typeset", "readonly"]);

/**
 * A command line with its plain variables in place: those that it sets itself, and where it is run. One text for each
 * value that a variable takes; the line itself where there is nothing to put in.
 */
export function fillVariables(command: string, known: KnownPlaces): readonly string[] {
  if (!command.includes("$") && !command.includes("`")) return [command];
  let texts: readonly string[] = [fillPlaces(command, known)];
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const next = [...new Set(texts.flatMap(fillOnce))].slice(0, MOST_VARIANTS);
    if (next.length === texts.length && next.every((text, at) => text === texts[at])) break;
    texts = next;
  }
  return texts;
}

function fillPlaces(command: string, { cwd, root, home }: KnownPlaces): string {
  const filled = command
    .replace(/\$\(\s*git rev-parse --show-toplevel[^)]*\)|`git rev-parse --show-toplevel[^`]*`/g, () => root)
    .replace(/\$\(\s*pwd\s*\)|`pwd`|\$PWD\b|\$\{PWD\}/g, () => cwd)
    .replace(/\$\(\s*mktemp[^)]*\)|`mktemp[^`]*`/g, "/tmp/mktemp");
  return home === undefined ? filled : filled.replace(/\$HOME\b|\$\{HOME\}/g, () => home);
}

function fillOnce(text: string): readonly string[] {
  if (!text.includes("$") || text.length > LONGEST) return [text];
  const values = valuesIn(text);
  if (values.size === 0) return [text];
  const count = Math.min(MOST_VARIANTS, Math.max(...[...values.values()].map(({ size }) => size)));
  return Array.from({ length: count }, (_, at) =>
    text.replace(/\$(?:\{(\w+)\}|(\w+))/g, (whole, braced?: string, bare?: string) => {
      const choices = [...(values.get(braced ?? bare ?? "") ?? [])];
      return choices.length === 0 ? whole : choices[Math.min(at, choices.length - 1)]!;
    }),
  );
}

/** By name: the values that a line gives to a variable, where they are words. */
function valuesIn(text: string): ReadonlyMap<string, ReadonlySet<string>> {
  const values = new Map<string, Set<string>>();
  const take = (name: string, value: string): void => {
    if (PLAIN.test(value)) values.set(name, (values.get(name) ?? new Set<string>()).add(value));
  };
  for (const command of readShell(text).commands) {
    for (const { text: word, shape } of settingsOf(command)) {
      const [, name = "", value = ""] = /^([A-Za-z_]\w*)\+?=([\s\S]*)$/.exec(word) ?? [];
      if (name !== "" && shape === undefined) take(name, value);
    }
    const [first, name, keyword, ...rest] = command.words;
    if (first?.text !== "for" || name === undefined || keyword?.text !== "in") continue;
    for (const word of rest) if (word.shape === undefined) take(name.text, word.text);
  }
  return values;
}

function settingsOf({ words }: SimpleCommand): readonly Word[] {
  const first = words.findIndex(({ text }) => !/^[A-Za-z_]\w*\+?=/.test(text));
  if (first < 0) return words;
  return DECLARING.has(words[first]!.text) ? words : words.slice(0, first);
}
