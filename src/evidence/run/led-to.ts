import { readShell } from "../../workspace/shell-words.ts";
import { unwrap, withoutVariables, type Scripts } from "../reports/detect.ts";

/** What a command comes to, as far as that can be told; nothing is judged by it. */
export interface LedTo {
  /** Programs by the words that name them, each once. */
  readonly programs: readonly string[];
  /** The package's scripts that are run, by name, with what runs before and after each. */
  readonly scripts: Scripts;
}

export interface CommandLine {
  readonly command: readonly string[];
  /** The command is one line for a shell. */
  readonly isShell: boolean;
}

/** Where a command leads: itself, what that runs in its place (`npx`, `env`), and the scripts of the package. */
export function followCommand({ command, isShell }: CommandLine, scripts: Scripts): LedTo {
  const walk = new Walk(scripts);
  if (isShell) {
    walk.programs.add("sh");
    walk.line(command[0] ?? "", 0);
  } else {
    walk.words(command, 0);
    walk.mentions(command.join(" "));
  }
  return { programs: [...walk.programs], scripts: Object.fromEntries(walk.found) };
}

const MAX_DEPTH = 5;
const MOST_SCRIPTS = 200;
const MANAGERS: ReadonlySet<string> = new Set(["npm", "pnpm", "yarn", "bun"]);

/** In code, in quotes and behind programs that are not known to run others, only the look of it tells. */
const RUNS_SCRIPT = /\b(?:npm|pnpm|yarn|bun)\s+(?:-\S+\s+)*(?:(?:run|run-script)\s+(?:-\S+\s+)*)?([\w:.-]+)/g;

class Walk {
  readonly programs = new Set<string>();
  readonly found = new Map<string, string>();
  readonly #scripts: Scripts;

  constructor(scripts: Scripts) {
    this.#scripts = scripts;
  }

  line(text: string, depth: number): void {
    for (const { words } of readShell(text).commands) {
      this.words(
        words.map((word) => word.text),
        depth,
      );
    }
    this.mentions(text);
  }

  /** One program with its arguments. */
  words(words: readonly string[], depth: number): void {
    const [program, ...args] = withoutVariables(words) ?? words;
    if (program === undefined || depth > MAX_DEPTH) return;
    this.programs.add(program);
    const name = program.replace(/^.*[\\/]/, "").replace(/\.(?:exe|cmd)$/i, "");
    const wrapped = unwrap(name, args);
    if (wrapped !== undefined) this.words(wrapped, depth + 1);
    else if (name === "sh" || name === "bash") {
      if (/^-\w*c$/.test(args[0] ?? "")) this.line(args[1] ?? "", depth + 1);
    } else if (MANAGERS.has(name)) this.#manager(args, depth);
  }

  /** Scripts that are named anywhere in a text. */
  mentions(text: string): void {
    for (const [, name = ""] of text.matchAll(RUNS_SCRIPT)) this.#script(name);
  }

  #manager(args: readonly string[], depth: number): void {
    for (const [verb = "", ...rest] of startsOf(args)) {
      if (verb === "exec" || verb === "x")
        for (const words of startsOf(rest)) this.words(words.filter(isNoOption), depth + 1);
      else if (verb === "run" || verb === "run-script")
        for (const [script = ""] of startsOf(rest)) this.#script(script);
      else this.#script(verb);
    }
  }

  #script(word: string): void {
    const name = word === "t" || word === "tst" ? "test" : word;
    for (const one of [`pre${name}`, name, `post${name}`]) {
      const text = Object.hasOwn(this.#scripts, one) ? this.#scripts[one] : undefined;
      if (text === undefined || this.found.has(one) || this.found.size >= MOST_SCRIPTS) continue;
      this.found.set(one, text);
      this.line(text, 0);
    }
  }
}

const isNoOption = (word: string): boolean => !word.startsWith("-");

/** The words from where they may begin: what stands right behind an option may be its value, or may not. */
function startsOf(args: readonly string[]): readonly (readonly string[])[] {
  const starts: (readonly string[])[] = [];
  for (const [at, arg] of args.entries()) {
    if (!isNoOption(arg)) continue;
    starts.push(args.slice(at));
    if (!/^-(?!-$)[^=]*$/.test(args[at - 1] ?? "")) break;
  }
  return starts;
}
