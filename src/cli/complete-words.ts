import type { Candidate, CandidateSource, Given } from "./candidates.ts";
import type { Command, Group, OptionSpec, OptionSpecs, Spec } from "./command.ts";
import { globalOptions } from "./global-options.ts";
import { findWords } from "./words.ts";

/** What could stand in place of the last word, which may be empty. Everything but names comes from the table. */
export async function completeWords(
  groups: readonly Group[],
  words: readonly string[],
  source: CandidateSource,
): Promise<readonly Candidate[]> {
  const [, option, value] = /^(--[a-z][a-z-]*)=(.*)$/.exec(words.at(-1) ?? "") ?? [];
  if (option !== undefined && value !== undefined) {
    const values = await completeWords(groups, [...words.slice(0, -1), option, value], source);
    return values.map((one) => ({ ...one, value: `${option}=${one.value}` }));
  }
  const word = words.at(-1) ?? "";
  const isHelp = words[0] === "help" && words.length > 1;
  const before = words.slice(isHelp ? 1 : 0, -1);
  const found = await findCandidates(groups, before, word, source);
  return found.filter(({ value }) => value.startsWith(word));
}

async function findCandidates(
  groups: readonly Group[],
  before: readonly string[],
  word: string,
  source: CandidateSource,
): Promise<readonly Candidate[]> {
  const names = findWords(before).map(({ text }) => text);
  const group = groups.find(({ name }) => name === names[0]);
  const commands = group === undefined ? [] : (await group.load()).commands;
  const command = longestMatch(commands, names);
  const options: OptionSpecs = { ...command?.spec.options, ...globalOptions };
  const given = givenBy(before, word);
  const pending = pendingOption(options, before);
  if (pending !== undefined) return await valuesOf(pending, given, source);
  if (word.startsWith("-")) return optionCandidates(options);
  if (names.length === 0) return groupCandidates(groups);
  const next = nextWords(commands, names);
  if (command === undefined) return next;
  return [...next, ...(await argumentCandidates(command.spec, before, names, given, source))];
}

const matches = (path: readonly string[], names: readonly string[]): boolean =>
  path.every((part, index) => names[index] === part);

const longestMatch = (commands: readonly Command[], names: readonly string[]): Command | undefined =>
  commands
    .filter(({ spec }) => matches(spec.path, names))
    .toSorted((left, right) => right.spec.path.length - left.spec.path.length)[0];

const groupCandidates = (groups: readonly Group[]): readonly Candidate[] =>
  groups.filter(({ hidden }) => hidden !== true).map(({ name, summary }) => ({ value: name, note: summary }));

function nextWords(commands: readonly Command[], names: readonly string[]): readonly Candidate[] {
  const notes = new Map<string, string>();
  for (const { spec } of commands) {
    const word = spec.path[names.length];
    if (spec.hidden === true || word === undefined || !matches(spec.path.slice(0, names.length), names)) continue;
    if (!notes.has(word)) notes.set(word, spec.summary);
  }
  return [...notes].map(([value, note]) => ({ value, note }));
}

const optionCandidates = (options: OptionSpecs): readonly Candidate[] =>
  Object.entries(options).map(([name, { summary }]) => ({ value: `--${name}`, note: summary }));

function pendingOption(options: OptionSpecs, before: readonly string[]): OptionSpec | undefined {
  const name = before.at(-1)?.replace(/^--/, "") ?? "";
  const option = before.at(-1)?.startsWith("--") && Object.hasOwn(options, name) ? options[name] : undefined;
  return option?.type === "boolean" ? undefined : option;
}

async function argumentCandidates(
  spec: Spec,
  before: readonly string[],
  names: readonly string[],
  given: Given,
  source: CandidateSource,
): Promise<readonly Candidate[]> {
  const optionValues = before.filter((_, index) => pendingOption(spec.options ?? {}, before.slice(0, index))).length;
  const index = names.length - spec.path.length - optionValues;
  const args = spec.args ?? [];
  const arg = args[index] ?? args.find(({ many }) => many === true);
  return arg === undefined ? [] : await valuesOf(arg, given, source);
}

interface Valued {
  readonly summary: string;
  readonly choices?: readonly string[];
  readonly complete?: Parameters<CandidateSource>[0];
}

async function valuesOf(
  { choices, complete, summary }: Valued,
  given: Given,
  source: CandidateSource,
): Promise<readonly Candidate[]> {
  if (choices !== undefined) return choices.map((value) => ({ value, note: summary }));
  return complete === undefined ? [] : await source(complete, given);
}

function givenBy(before: readonly string[], word: string): Given {
  const after = (name: string): string | undefined => {
    const index = before.lastIndexOf(name);
    return index < 0 ? undefined : before[index + 1];
  };
  const [plan, root] = [after("--plan"), after("--root")];
  return { word, ...(plan === undefined ? {} : { plan }), ...(root === undefined ? {} : { root }) };
}
