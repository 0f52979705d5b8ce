import { basename, isAbsolute, join, resolve } from "node:path";
import { readShell, type SimpleCommand } from "../../workspace/shell-words.ts";

/** What a check runs, as far as a line of a shell can be the same. */
export interface RunForm {
  /** The program and its arguments; a single line for the shell where `isShell`. */
  readonly command: readonly string[];
  readonly isShell: boolean;
  readonly env: Readonly<Record<string, string>>;
}

/** How a line that a shell ran has a command in it. */
export interface LineMatch {
  /** Why the exit of the line is not, or may not be, the command's own; absent where it is. */
  readonly loose?: string;
  /** The folders that the line went into before, one after the other. */
  readonly folders: readonly string[];
  /** What it printed went nowhere. */
  readonly isMute: boolean;
}

const MOST_WRAPPED = 3;
/** A line longer than this is a script, which is nobody's check. */
const LONGEST_LINE = 4_000;

/**
 * Whether a shell's line ran a command: undefined where it is not run there at all, as far as can be read. Quoted,
 * commented or fed to something, a command's text is no run of it.
 */
export function matchLine(line: string, form: RunForm): LineMatch | undefined {
  return line.length > LONGEST_LINE || form.command.length === 0 ? undefined : match(line, form, [], 0);
}

function match(line: string, form: RunForm, gone: readonly string[], level: number): LineMatch | undefined {
  const { folders, rest } = leaveFolders(line, gone);
  if (form.isShell && rest === form.command[0]?.trim()) return { folders, isMute: false };
  const { commands, nested, isTorn } = readShell(rest);
  const [only] = commands;
  const inner = commands.length === 1 && only !== undefined ? innerLine(only) : undefined;
  if (inner !== undefined && level < MOST_WRAPPED) {
    const within = isTorn ? undefined : match(inner, form, folders, level + 1);
    if (within === undefined) return undefined;
    const why = within.loose ?? whyOthers(only!, rest);
    return { ...within, isMute: within.isMute || isMute(only!), ...(why === undefined ? {} : { loose: why }) };
  }
  // A line for a shell cannot be told apart from another by its words: either it is the same text, or it is not it.
  if (form.isShell) return undefined;
  const found = commands.find((one) => runs(one, form.command));
  if (found === undefined || isTorn) return undefined;
  const isAlone = commands.length === 1 && nested.length === 0;
  const why = isAlone ? whyLoose(found, rest, form) : "more than the check ran in that line";
  return { folders, isMute: isMute(found), ...(why === undefined ? {} : { loose: why }) };
}

const isMute = ({ targets }: SimpleCommand): boolean => targets.some(({ text }) => text === "/dev/null");

/** `cd a && …` at the beginning of a line; a folder that has to be found by the shell is left in it. */
function leaveFolders(line: string, gone: readonly string[]): { folders: readonly string[]; rest: string } {
  const folders = [...gone];
  let rest = line.trim();
  for (;;) {
    const go = /^cd[ \t]+(?:([\w@%+=:,./-]+)|'([^'\n]+)'|"([^"$`\\!\n]+)")[ \t]*&&[ \t]*(?=\S)/.exec(rest);
    const folder = go?.[1] ?? go?.[2] ?? go?.[3];
    if (go === null || folder === undefined || folder.startsWith("-")) return { folders, rest };
    folders.push(folder);
    rest = rest.slice(go[0].length);
  }
}

/** The line that a shell was given to run, where that is all that is run: `bash -lc "npm test"`. */
function innerLine({ words }: SimpleCommand): string | undefined {
  const [program, flag, line] = words;
  if (words.length !== 3 || line!.isOpen || !/^-[elu]*c$/.test(flag!.text)) return undefined;
  return SHELLS.test(program!.text) ? line!.text : undefined;
}

const SHELLS = /^(?:\/(?:usr\/)?bin\/)?(?:ba|z|da)?sh$/;

/** Whether a simple command runs these words, whatever stands around them. */
function runs({ words }: SimpleCommand, command: readonly string[]): boolean {
  let at = 0;
  while (at < words.length && isBefore(words[at]!.text)) at += 1;
  // The check's own program may be one of those that run others.
  for (let from = 0; from <= at; from += 1) {
    if (words.length - from === command.length && command.every((word, index) => words[from + index]!.text === word))
      return true;
  }
  return false;
}

const BEFORE = new Set(
  "! { time env command exec nohup nice timeout sudo doas setsid stdbuf then do else if while until".split(" "),
);
const isBefore = (text: string): boolean =>
  ASSIGNMENT.test(text) || BEFORE.has(basename(text)) || /^(?:-.*|\d+[smhd]?)$/.test(text);

const ASSIGNMENT = /^[A-Za-z_]\w*=/;

/** Why a line with one command in it does not end exactly as a check would that runs the same. */
function whyLoose(found: SimpleCommand, line: string, { command, env }: RunForm): string | undefined {
  const others = whyOthers(found, line);
  if (others !== undefined) return others;
  const before = found.words.slice(0, found.words.length - command.length);
  if (!before.every(({ text }) => ASSIGNMENT.test(text))) return "another program ran it";
  const given = new Map(
    before.map(({ text }) => [text.slice(0, text.indexOf("=")), text.slice(text.indexOf("=") + 1)]),
  );
  const wanted = Object.entries(env);
  const isSame = given.size === wanted.length && wanted.every(([name, value]) => given.get(name) === value);
  return isSame ? undefined : "it ran with other variables than the check's";
}

/** The same for what stands around the words. */
function whyOthers({ words, targets, input, depth, ending }: SimpleCommand, line: string): string | undefined {
  if (depth > 0) return "it ran in a shell of its own";
  if (/^\s*&\s*$/.test(ending)) return "it was sent to the background";
  if (!/^[\s;]*$/.test(ending)) return "its exit is not the line's";
  if (input !== "" || line.includes("<")) return "it was fed something";
  if (targets.some(({ text, isOpen }) => isOpen || text !== "/dev/null")) return "what it printed went elsewhere";
  // What the shell finds for these, and what a backslash leaves of a word, is not to be seen here.
  if (words.some(({ isOpen, isPattern }) => isOpen || isPattern) || /[\\\r]/.test(line)) {
    return "the shell may have made something else of it";
  }
  return undefined;
}

/** Where a shell stood, as its host says. */
export interface ShellSpot {
  readonly cwd: string;
  /** That is where it stood afterwards: it stays where a line went, unless the host took it back. */
  readonly isAfter: boolean;
}

/** Where a line ran that went into folders first. Undefined where that cannot be told for certain. */
export function placeOfRun(
  { cwd, isAfter }: ShellSpot,
  folders: readonly string[],
  isFolder: (path: string) => boolean,
): string | undefined {
  if (!isAfter || folders.length === 0 || folders.some(isAbsolute)) return resolve(cwd, ...folders);
  if (folders.some((folder) => folder.split("/").includes(".."))) return undefined;
  const path = resolve("/", ...folders);
  const below = join(cwd, path);
  const hasStayed = `${cwd}/`.endsWith(`${path}/`);
  if (hasStayed === isFolder(below)) return undefined;
  return hasStayed ? cwd : below;
}
