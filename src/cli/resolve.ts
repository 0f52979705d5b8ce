import { ok, refused } from "../plan/refusal.ts";
import type { Result } from "../plan/refusal.ts";
import { suggest } from "../plan/suggest.ts";
import type { Command, Group } from "./command.ts";
import { didYouMean, quote } from "./parse.ts";
import type { Word } from "./words.ts";

/** What words stand for: the program itself, commands that begin with them, or one command. */
export type Target =
  | { readonly kind: "program" }
  | {
      readonly kind: "group";
      readonly path: readonly string[];
      readonly summary: string;
      readonly commands: readonly Command[];
    }
  | { readonly kind: "command"; readonly command: Command };

/** Finds the command with the longest path that begins the words; what follows are its arguments. */
export async function resolveTarget(groups: readonly Group[], words: readonly Word[]): Promise<Result<Target>> {
  const [first] = words;
  if (first === undefined) return ok({ kind: "program" });
  const group = groups.find(({ name }) => name === first.text);
  if (group === undefined) return unknownWord(groups, first.text);
  const { commands } = await group.load();
  const exact = commands
    .filter(({ spec }) => startsWith(words, spec.path))
    .reduce<Command | undefined>(
      (best, next) => (best === undefined || next.spec.path.length > best.spec.path.length ? next : best),
      undefined,
    );
  if (exact !== undefined) return ok({ kind: "command", command: exact });
  return groupTarget(group, commands, words);
}

const startsWith = (words: readonly Word[], path: readonly string[]): boolean =>
  path.every((part, index) => words[index]?.text === part);

function groupTarget(group: Group, commands: readonly Command[], words: readonly Word[]): Result<Target> {
  let depth = 1;
  const within = (length: number): readonly Command[] =>
    commands.filter(({ spec }) => spec.path.length > length && startsWith(words, spec.path.slice(0, length)));
  while (depth < words.length && within(depth + 1).length > 0) depth += 1;
  const path = words.slice(0, depth).map(({ text }) => text);
  const left = words[depth];
  if (left === undefined) return ok({ kind: "group", path, summary: group.summary, commands: within(depth) });
  const near = suggest(left.text, [...new Set(within(depth).map(({ spec }) => spec.path[depth] ?? ""))]);
  const { hint = `holdfast ${path.join(" ")} --help lists them` } = didYouMean(
    near.map((word) => `holdfast ${path.join(" ")} ${word}`),
  );
  return refused("usage-unknown-command", `${quote(left.text)} is no command of holdfast ${path.join(" ")}`, { hint });
}

async function unknownWord(groups: readonly Group[], word: string): Promise<Result<Target>> {
  const listed = groups.filter(({ hidden }) => hidden !== true);
  const loaded = await Promise.all(listed.map(async ({ load }) => (await load()).commands));
  const byVerb = loaded
    .flat()
    .filter(({ spec }) => spec.hidden !== true && spec.path.length > 1 && spec.path.at(-1) === word)
    .map(({ spec }) => spec.path.join(" "));
  const near = [
    ...suggest(
      word,
      listed.map(({ name }) => name),
    ),
    ...byVerb,
  ].slice(0, 3);
  const { hint = "holdfast --help lists the commands" } = didYouMean(near.map((name) => `holdfast ${name}`));
  return refused("usage-unknown-command", `There is no command ${quote(word)}`, { hint });
}
