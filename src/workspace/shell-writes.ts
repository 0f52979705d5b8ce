import { basename } from "node:path";
import { isInside } from "./contained-path.ts";
import { addNamed, editsInPlace, findInCode, isCodeRunner, literal, withoutQuotes } from "./shell-code.ts";
import { PREFIXES, READERS, REMOVERS, SHELLS, WRITES_ALL, WRITES_LAST } from "./shell-programs.ts";
import { nameOf, Spot, type HowWritten, type Place, type Question, type WriteQuestion } from "./shell-spot.ts";
import { judgeFind, judgeGit } from "./shell-sweeps.ts";
import { fillVariables } from "./shell-variables.ts";
import { readShell, type SimpleCommand, type Word } from "./shell-words.ts";

/**
 * What a command line may write, remove or move in a folder, or of the folder itself: absolute paths, patterns where
 * the shell would match them, the folder where it cannot be told more exactly. Quotes, substitutions, variables that
 * the line sets, braces, `cd` and common tools are understood; in doubt a path in the folder counts as written, unless
 * it is given to a program that only reads. It is no wall: a program of its own can write anywhere.
 */
export function findWrites(command: string, question: WriteQuestion): readonly string[] {
  const { cwd, root, home } = question;
  const found = new Set<string>();
  for (const text of fillVariables(command, { cwd, root, ...(home === undefined ? {} : { home }) })) {
    if (!mayConcern(text, question)) continue;
    look(text, { ...question, isNamed: withoutQuotes(text).includes(nameOf(question.folder)) }, found, 0);
  }
  return [...found];
}

const MOST_NESTED = 6;
const SWEEPING = /\b(?:rm|mv|find|rsync|shred|clean|stash|rimraf|trash|rmtree|rmSync|rm_rf)/;

/** Most command lines are done with here. */
function mayConcern(command: string, { cwd, folder }: WriteQuestion): boolean {
  return (
    withoutQuotes(command).includes(basename(folder)) ||
    isInside(folder, cwd) ||
    SWEEPING.test(command) ||
    // A pattern, a variable or a brace could stand for a part of the name.
    /(?:^|[\s/"'=>{,(])\.[\w.-]{0,100}[*?[{$`]/.test(command)
  );
}

function look(command: string, question: Question, found: Set<string>, level: number): void {
  const { folder } = question;
  const { commands, nested, isTorn } = readShell(command);
  if ((isTorn || level > MOST_NESTED) && question.isNamed) found.add(folder);
  if (level > MOST_NESTED) return;
  for (const inner of nested) look(inner, question, found, level + 1);
  const places: Place[] = [question.cwd];
  let before: SimpleCommand | undefined;
  for (const simple of commands) {
    while (places.length <= simple.depth) places.push(places.at(-1));
    places.length = simple.depth + 1;
    const at = new Spot(question, places[simple.depth], found);
    for (const target of simple.targets) at.write(target);
    const moved = judge(simple, { at, level, before: before?.ending === "|" ? before : undefined });
    if (moved !== undefined) places[simple.depth] = moved.to;
    before = simple;
  }
}

interface Around {
  readonly at: Spot;
  readonly level: number;
  /** What its input comes from. */
  readonly before: SimpleCommand | undefined;
}

/** Judges one command; says where the shell stands afterwards, where that changes. */
function judge(simple: SimpleCommand, around: Around): { readonly to: Place } | undefined {
  const { at, level } = around;
  const [first, ...args] = withoutPrefixes(simple.words);
  if (first === undefined) return undefined;
  const name = basename(first.text);
  if (isFed(simple.words)) judgeFed(name, args, around);
  if (name === "cd" || name === "pushd")
    return { to: at.goTo(args.find(({ text }) => text === "-" || !text.startsWith("-"))) };
  if (name === "popd") return { to: undefined };
  if (name === "eval") look(args.map(({ text }) => text).join(" "), at.question, at.found, level + 1);
  else if (name === "trap") look(args[0]?.text ?? "", at.question, at.found, level + 1);
  else if (SHELLS.has(name)) judgeShell(args, inputOf(simple, around), at, level);
  else if (isCodeRunner(name)) judgeCode(name, args, inputOf(simple, around), at);
  else if (name === "apply_patch") judgePatch([...args.map(({ text }) => text), simple.input].join("\n"), at);
  else judgeProgram(name, args, at);
  if (TAKES_ORDERS.has(name)) judgeOrders([...args.map(({ text }) => text), simple.input], at);
  return undefined;
}

/** What a program reads: a document that stands there, or what is printed before it. */
function inputOf({ input }: SimpleCommand, { before }: Around): string {
  const [first, ...printed] = before?.words ?? [];
  const isPrinter = first?.text === "echo" || first?.text === "printf";
  return [input, before?.input ?? "", isPrinter ? printed.map(({ text }) => text).join(" ") : ""].join("\n").trim();
}

/** They are told in words of their own what to write. */
const TAKES_ORDERS = new Set(["patch", "ed", "ex", "vi", "vim", "nvim", "emacs", "make"]);

function judgeOrders(orders: readonly string[], at: Spot): void {
  const name = nameOf(at.question.folder);
  for (const text of orders) if (text.includes(name)) addNamed(text, at);
}

function judgeProgram(name: string, args: readonly Word[], at: Spot): void {
  if (WRITES_ALL.has(name)) writeAll(args, at, { isDeep: isSweeping(name, args) });
  else if (WRITES_LAST.has(name)) writeLast(name, args, at);
  else if (name === "dd") writeAll(args.filter(({ text }) => text.startsWith("of=")).map(afterEquals), at);
  else if (name === "tar" || name === "zip") judgeArchive(name, args, at);
  else if (name === "sed") judgeSed(args, at);
  else if (name === "find") judgeFind(args, at);
  else if (name === "git") judgeGit(args, at);
  else if (READERS.has(name) || /^\w+\+?=/.test(name)) judgeReader(name, args, at);
  else writeAll(args.filter(isNoExclusion), at, { isGuess: true });
}

function withoutPrefixes(words: readonly Word[]): readonly Word[] {
  let at = 0;
  let isPrefixed = false;
  for (; at < words.length; at += 1) {
    const { text } = words[at]!;
    const isSetting = /^\w+\+?=/.test(text) && at < words.length - 1;
    const isOption = isPrefixed && (text.startsWith("-") || /^\d+[smhd]?$/.test(text));
    if (PREFIXES.has(basename(text))) isPrefixed = true;
    else if (!isSetting && !isOption) break;
  }
  // An option's value may stand where the program is looked for.
  const isValue = isPrefixed && isOption(words[at - 1] ?? NONE) && !isKnown(words[at]) && isKnown(words[at + 1]);
  return words.slice(isValue ? at + 1 : at);
}

const NONE = literal("");

function isKnown(word: Word | undefined): boolean {
  const name = basename(word?.text ?? "");
  const sets = [READERS, WRITES_ALL, WRITES_LAST, SHELLS];
  return sets.some((names) => names.has(name)) || isCodeRunner(name) || /^(?:git|find|sed|dd|tar)$/.test(name);
}

const isFed = (words: readonly Word[]): boolean => words.some(({ text }) => /(?:^|\/)(?:xargs|parallel)$/.test(text));
const isOption = ({ text }: Word): boolean => text.startsWith("-") && text !== "-";
const afterEquals = (word: Word): Word => ({
  ...word,
  text: word.text.slice(word.text.indexOf("=") + 1),
  ...(word.shape === undefined ? {} : { shape: word.shape.slice(word.shape.indexOf("=") + 1) }),
});

/** What a program is to leave alone is not written by it. */
const EXCLUDES = /^--?[\w-]*(?:ignore|exclude|skip|omit)/;
const isNoExclusion = ({ text }: Word, index: number, all: readonly Word[]): boolean =>
  !EXCLUDES.test(text) && !EXCLUDES.test(all[index - 1]?.text ?? "");

function writeAll(args: readonly Word[], at: Spot, how: HowWritten = {}): void {
  for (const arg of args) {
    if (!isOption(arg)) at.write(arg, how);
    else if (arg.text.includes("=")) at.write(afterEquals(arg), how);
    else if (/^-[A-Za-z][./~]/.test(arg.text)) at.write({ ...arg, text: arg.text.slice(2) }, how);
  }
}

/** Whether what lies below a folder goes with it. */
const isSweeping = (name: string, args: readonly Word[]): boolean =>
  REMOVERS.has(name) && (name !== "rm" || args.some(({ text }) => /^-[a-zA-Z]*[rR]|^--recursive$/.test(text)));

/** What comes to a program over a pipe is seen where it is printed, and else in doubt. */
function judgeFed(name: string, args: readonly Word[], { at, before }: Around): void {
  if (READERS.has(name)) return;
  if (at.question.isNamed) at.addFolder();
  const [source, ...given] = before?.words ?? [];
  if (source === undefined || !isSweeping(name, args)) return;
  const listsAll = source.text === "ls" && given.some(({ text }) => /^-\w*[aA]/.test(text));
  if (source.text === "echo" || source.text === "printf") writeAll(given, at, { isDeep: true });
  else if (listsAll) at.write(literal("."), { isDeep: true });
  else if (source.text === "find") judgeFind([...given, literal("-delete")], at);
}

function writeLast(name: string, args: readonly Word[], at: Spot): void {
  const into = args.findIndex(({ text }) => text === "-t");
  const named = args.filter(({ text }) => text.startsWith("--target-directory=")).map(afterEquals);
  const plain = args
    .filter((_, index) => into < 0 || index !== into + 1)
    .filter(isNoExclusion)
    .filter((arg) => !isOption(arg));
  const hasTarget = into >= 0 || named.length > 0;
  const target = into >= 0 ? args[into + 1] : (named[0] ?? plain.at(-1));
  const has = (option: RegExp): boolean => args.some(({ text }) => option.test(text));
  const clears = name === "rsync" && has(/^--del/) && !has(/^--exclude/);
  if (target !== undefined) at.write(target, { isDeep: clears });
  const sources = hasTarget ? plain : plain.slice(0, -1);
  if (name === "mv" || has(/^--remove-source-files$/)) writeAll(sources, at, { isDeep: true });
  // Another name for a file is another way to write it.
  else if (name === "ln" || (name === "cp" && has(/^-[a-zA-Z]*[ls]|^--(?:symbolic-)?link$/))) writeAll(sources, at);
}

/** Options and texts by which programs that read are told to write. */
function judgeReader(name: string, args: readonly Word[], at: Spot): void {
  const isAwk = name.endsWith("awk");
  for (const [index, arg] of args.entries()) {
    const { text } = arg;
    const isOutput = /^--(?:output|in-?place|write)$/.test(text) || (/^(?:sort|tree)$/.test(name) && text === "-o");
    if (isOutput || (name === "yq" && text === "-i")) writeAll(args.slice(index + 1), at);
    else if (isAwk && text === "-i" && args[index + 1]?.text === "inplace") writeAll(args.slice(index + 2), at);
    else if (/^--(?:output|in-?place)=/.test(text)) at.write(afterEquals(arg));
    else if (isAwk && /[>|]|system/.test(text) && text.includes(nameOf(at.question.folder))) addNamed(text, at);
  }
  const plain = args.filter((arg) => !isOption(arg));
  if ((name === "uniq" || name === "xxd") && plain.length > 1) at.write(plain[1]!);
}

function judgeArchive(name: string, args: readonly Word[], at: Spot): void {
  const [first] = args;
  if (first === undefined) return;
  const file = args.findIndex(({ text }, index) => (index === 0 ? /^-?[a-zA-Z]*f$/ : /^-[a-zA-Z]*f$/).test(text));
  if (name === "zip") writeAll(args.filter((arg) => !isOption(arg)).slice(0, 1), at);
  else if (/^(?:-?[a-zA-Z]*[xX]|--extract|--get)/.test(first.text)) {
    const into = args.findIndex(({ text }) => text === "-C" || text === "--directory");
    at.write(into < 0 ? literal(".") : (args[into + 1] ?? literal(".")));
  } else if (file >= 0 && args[file + 1] !== undefined) at.write(args[file + 1]!);
}

function judgeSed(args: readonly Word[], at: Spot): void {
  if (args.some(({ text }) => /^-[a-zA-Z]*i|^--in-place/.test(text))) writeAll(args, at);
  const name = nameOf(at.question.folder);
  for (const { text } of args) if (/[wW]\s/.test(text) && text.includes(name)) addNamed(text, at);
}

function judgeShell(args: readonly Word[], input: string, at: Spot, level: number): void {
  const flag = args.findIndex(({ text }) => /^-[a-z]*c$/.test(text));
  const code = flag < 0 ? undefined : args[flag + 1];
  if (code?.shape !== undefined && at.question.isNamed) at.addFolder();
  else if (code !== undefined) look(code.text, at.question, at.found, level + 1);
  if (input !== "") look(input, at.question, at.found, level + 1);
}

function judgeCode(name: string, args: readonly Word[], input: string, at: Spot): void {
  if (editsInPlace(name, args)) writeAll(args, at);
  else findInCode([...args.map(({ text }) => text), input].join("\n"), at);
}

function judgePatch(patch: string, at: Spot): void {
  for (const [, path = ""] of patch.matchAll(/^\*\*\* (?:Add File|Update File|Delete File|Move to): (.+)$/gm)) {
    at.write(literal(path.trim()));
  }
}
