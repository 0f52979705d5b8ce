import { basename } from "node:path";
import { isInside } from "./contained-path.ts";
import { Spot, type Place, type Question, type WriteQuestion } from "./shell-spot.ts";
import { readShell, type SimpleCommand, type Word } from "./shell-words.ts";

/**
 * What a command line may write, remove or move in a folder, or of the folder itself: absolute paths, the folder where
 * it cannot be told more exactly. Quotes, substitutions, `cd` and common tools are understood; in doubt a path in the
 * folder counts as written, unless it is given to a program that only reads. It is no wall: a program of its own can
 * write anywhere.
 */
export function findWrites(command: string, question: WriteQuestion): readonly string[] {
  if (!mayConcern(command, question)) return [];
  const found = new Set<string>();
  look(command, { ...question, isNamed: isNamed(command, question.folder) }, found, 0);
  return [...found];
}

const MOST_NESTED = 6;
const SWEEPING = /\b(?:rm|mv|find|rsync|chmod|chown|chgrp|shred|clean|stash)\b/;

/** Most command lines are done with here. */
function mayConcern(command: string, { cwd, folder }: WriteQuestion): boolean {
  return (
    isNamed(command, folder) ||
    isInside(folder, cwd) ||
    SWEEPING.test(command) ||
    // A pattern, a variable or a brace could stand for a part of the name.
    /(?:^|[\s/"'=])\.[\w.-]*[*?[{]/.test(command)
  );
}

const isNamed = (command: string, folder: string): boolean => command.replace(/["'\\]/g, "").includes(basename(folder));

function look(command: string, question: Question, found: Set<string>, level: number): void {
  const { folder } = question;
  const { commands, nested, isTorn } = readShell(command);
  if ((isTorn || level > MOST_NESTED) && question.isNamed) found.add(folder);
  if (level > MOST_NESTED) return;
  for (const inner of nested) look(inner, question, found, level + 1);
  const places: Place[] = [question.cwd];
  for (const simple of commands) {
    while (places.length <= simple.depth) places.push(places.at(-1));
    places.length = simple.depth + 1;
    const at = new Spot(question, places[simple.depth], found);
    for (const target of simple.targets) at.write(target);
    const moved = judge(simple, at, level);
    if (moved !== undefined) places[simple.depth] = moved.to;
  }
}

/** Words before a command that only say how it is run. */
const PREFIXES = new Set([
  "sudo",
  "doas",
  "nohup",
  "time",
  "nice",
  "ionice",
  "env",
  "command",
  "builtin",
  "exec",
  "timeout",
  "stdbuf",
  "setsid",
  "xargs",
  "parallel",
  "then",
  "do",
  "else",
  "elif",
  "if",
  "while",
  "until",
  "!",
  "{",
  "}",
]);

const READERS = new Set([
  "cat",
  "less",
  "more",
  "head",
  "tail",
  "grep",
  "egrep",
  "fgrep",
  "rg",
  "ag",
  "ls",
  "tree",
  "stat",
  "file",
  "wc",
  "diff",
  "cmp",
  "comm",
  "cut",
  "nl",
  "od",
  "xxd",
  "hexdump",
  "strings",
  "md5sum",
  "sha1sum",
  "sha256sum",
  "cksum",
  "du",
  "df",
  "jq",
  "yq",
  "bat",
  "fd",
  "basename",
  "dirname",
  "realpath",
  "readlink",
  "test",
  "[",
  "[[",
  "echo",
  "printf",
  "true",
  "false",
  "pwd",
  "which",
  "type",
  "uniq",
  "tac",
  "rev",
  "column",
  "fold",
  "fmt",
  "join",
  "paste",
  "tr",
  "awk",
  "gawk",
  "mawk",
  "for",
  "case",
  "in",
  "export",
  "local",
  "declare",
  "read",
  "return",
  "exit",
  "holdfast",
  "npx",
  "npm",
  "bunx",
]);

const WRITES_ALL = new Set([
  "rm",
  "rmdir",
  "unlink",
  "shred",
  "touch",
  "mkdir",
  "truncate",
  "chmod",
  "chown",
  "chgrp",
  "tee",
  "mv",
  "sponge",
  "patch",
  "ed",
  "vi",
  "vim",
  "nvim",
  "nano",
  "emacs",
  "split",
  "csplit",
  "mkfifo",
]);
const WRITES_LAST = new Set(["cp", "ln", "install", "rsync", "scp"]);
const SHELLS = new Set(["sh", "bash", "zsh", "dash", "ksh", "fish"]);
const INTERPRETERS = /^(?:python[\d.]*|node|nodejs|deno|bun|ruby|perl|php|lua|osascript|tsx)$/;
const CODE_WRITES =
  /write|append|unlink|remove|rename|rmtree|rmdir|mkdir|copy|move|truncate|touch|shutil|chmod|symlink|spawn|exec|system|subprocess|open\s*\([^)]*,\s*(?:mode\s*=\s*)?["'][^"']*[wax+]/i;

/** Judges one command; says where the shell stands afterwards, where that changes. */
function judge(simple: SimpleCommand, at: Spot, level: number): { readonly to: Place } | undefined {
  const words = withoutPrefixes(simple.words);
  const [first, ...args] = words;
  if (first === undefined) return undefined;
  const name = basename(first.text);
  // What comes to it over a pipe is not to be seen here.
  if (isFed(simple.words) && !READERS.has(name) && at.question.isNamed) at.addFolder();
  if (name === "cd" || name === "pushd")
    return { to: at.goTo(args.find(({ text }) => text === "-" || !text.startsWith("-"))) };
  if (name === "popd") return { to: undefined };
  if (name === "eval") look(args.map(({ text }) => text).join(" "), at.question, at.found, level + 1);
  else if (SHELLS.has(name)) judgeShell(args, simple.input, at, level);
  else if (INTERPRETERS.test(name)) judgeCode(name, args, simple.input, at);
  else if (name === "apply_patch") judgePatch([...args.map(({ text }) => text), simple.input].join("\n"), at);
  else if (WRITES_ALL.has(name)) writeAll(args, at, isDeep(name, args));
  else if (WRITES_LAST.has(name)) writeLast(name, args, at);
  else if (name === "dd") writeAll(args.filter(({ text }) => text.startsWith("of=")).map(afterEquals), at, false);
  else if (name === "sed") judgeSed(args, at);
  else if (name === "find") judgeFind(args, at);
  else if (name === "git") judgeGit(args, at);
  else if (READERS.has(name) || /^\w+\+?=/.test(first.text)) judgeOutputs(args, at);
  else writeAll(args, at, false);
  return undefined;
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
  return words.slice(at);
}

const isFed = (words: readonly Word[]): boolean => words.some(({ text }) => /(?:^|\/)(?:xargs|parallel)$/.test(text));
const isOption = ({ text }: Word): boolean => text.startsWith("-") && text !== "-";
const afterEquals = (word: Word): Word => ({ ...word, text: word.text.slice(word.text.indexOf("=") + 1) });

function writeAll(args: readonly Word[], at: Spot, deep: boolean): void {
  for (const arg of args) {
    if (!isOption(arg)) at.write(arg, deep);
    else if (arg.text.includes("=")) at.write(afterEquals(arg), deep);
  }
}

/** Whether what lies below a folder goes with it. */
const isDeep = (name: string, args: readonly Word[]): boolean =>
  name === "mv" || args.some(({ text }) => /^-[a-zA-Z]*[rR]|^--recursive$/.test(text));

function writeLast(name: string, args: readonly Word[], at: Spot): void {
  const into = args.findIndex(({ text }) => text === "-t");
  const named = args.filter(({ text }) => text.startsWith("--target-directory=")).map(afterEquals);
  const plain = args.filter((arg) => !isOption(arg));
  const target = into >= 0 ? args[into + 1] : (named[0] ?? plain.at(-1));
  const clears =
    name === "rsync" && args.some(({ text }) => text.startsWith("--del") || text === "--remove-source-files");
  if (target !== undefined) at.write(target, clears);
  if (clears) writeAll(plain, at, true);
}

/** Options by which programs that read are told to write. */
function judgeOutputs(args: readonly Word[], at: Spot): void {
  for (const [index, { text }] of args.entries()) {
    if (/^(?:-o|-O|-i|--output|--in-?place|--write)$/.test(text)) writeAll(args.slice(index + 1), at, false);
    else if (/^(?:--output|--in-?place)=/.test(text)) at.write(afterEquals(args[index]!), false);
  }
}

function judgeSed(args: readonly Word[], at: Spot): void {
  if (args.some(({ text }) => /^-[a-zA-Z]*i|^--in-place/.test(text))) writeAll(args, at, false);
}

function judgeShell(args: readonly Word[], input: string, at: Spot, level: number): void {
  const flag = args.findIndex(({ text }) => /^-[a-z]*c$/.test(text));
  const code = flag < 0 ? undefined : args[flag + 1];
  if (code?.isOpen === true && at.question.isNamed) at.addFolder();
  else if (code !== undefined) look(code.text, at.question, at.found, level + 1);
  if (input !== "") look(input, at.question, at.found, level + 1);
}

/** Code is not understood; a word for writing beside the folder's name is enough. */
function judgeCode(name: string, args: readonly Word[], input: string, at: Spot): void {
  const code = [...args.map(({ text }) => text), input].join("\n");
  const edits = (name === "perl" || name === "ruby") && args.some(({ text }) => /^-[a-zA-Z]*i/.test(text));
  if ((at.question.isNamed && CODE_WRITES.test(code)) || edits) {
    if (edits) writeAll(args, at, false);
    else at.addFolder();
  }
}

function judgePatch(patch: string, at: Spot): void {
  for (const [, path = ""] of patch.matchAll(/^\*\*\* (?:Add File|Update File|Delete File|Move to): (.+)$/gm)) {
    at.write({ text: path.trim(), isOpen: false, isPattern: false });
  }
}

function judgeFind(args: readonly Word[], at: Spot): void {
  const acts = args.findIndex(({ text }) => /^-(?:delete|exec|execdir|ok|okdir|fprint\w*|fls)$/.test(text));
  if (acts < 0) return;
  const run = args[acts]!.text.startsWith("-exec") ? basename(args[acts + 1]?.text ?? "") : "";
  if (READERS.has(run)) return;
  const options = args.findIndex((arg) => isOption(arg) || arg.text === "(" || arg.text === "!");
  const roots = args.slice(0, options < 0 ? args.length : options);
  writeAll(roots.length === 0 ? [{ text: ".", isOpen: false, isPattern: false }] : roots, at, true);
}

const GIT_READS = new Set([
  "status",
  "diff",
  "log",
  "show",
  "grep",
  "blame",
  "ls-files",
  "rev-parse",
  "branch",
  "fetch",
  "remote",
  "config",
  "cat-file",
  "check-ignore",
  "add",
  "commit",
]);

function judgeGit(args: readonly Word[], at: Spot): void {
  const verb = args.findIndex((arg, index) => !isOption(arg) && !["-C", "-c"].includes(args[index - 1]?.text ?? ""));
  const name = args[verb]?.text ?? "";
  const rest = args.slice(verb + 1);
  const here: Word = { text: ".", isOpen: false, isPattern: false };
  if (name === "clean" && rest.some(({ text }) => /^-[a-zA-Z]*[xX]/.test(text))) at.write(here, true);
  else if (name === "stash" && rest.some(({ text }) => text === "-a" || text === "--all")) at.write(here, true);
  else if (!GIT_READS.has(name)) writeAll(rest, at, false);
}
