import { readShell } from "../../workspace/shell-words.ts";
import { programName, recognise, type RunnerFound } from "./programs.ts";

/** The scripts of a `package.json`, by name. */
export type Scripts = Readonly<Record<string, string>>;

export interface DetectedRunner extends RunnerFound {
  /** The package's scripts that it comes from; a change to one of them changes what runs. */
  readonly scripts: readonly string[];
}

type Part = RunnerFound | "harmless" | undefined;

const MAX_DEPTH = 5;
const SCRIPT_NAME = /^[\w:.-]+$/;
/** Variables that decide what a name runs, or make a program run something else first. */
const TELLING_VARIABLE =
  /^(?:PATH|ENV|BASH_ENV|SHELLOPTS|IFS|LD_\w+|DYLD_\w+|BASH_FUNC\w*|NODE_OPTIONS|npm_config_\w+|GOFLAGS|RUSTC\w*|CARGO_\w+_RUNNER|RUBYOPT)$/i;
const TAME_NODE_OPTIONS =
  /^(?:--(?:experimental-vm-modules|enable-source-maps|no-warnings|max-old-space-size=\d+)(?: |$))+$/;

/**
 * Which runner's output a command prints, where that is certain: exactly one runner is run, its exit is the command's exit,
 * and nothing else can have printed what looks like its summary. Everything else is undefined, never a guess.
 */
export function detectRunner(command: readonly string[], scripts: Scripts = {}): DetectedRunner | undefined {
  return new Detector(scripts).detect((one) => one.command(command, 0));
}

/** The same for a line that a shell ran. */
export function detectRunnerInLine(line: string, scripts: Scripts = {}): DetectedRunner | undefined {
  return new Detector(scripts).detect((one) => one.line(line, [], 0));
}

class Detector {
  readonly #scripts: Scripts;
  readonly #used = new Set<string>();
  /** After a `cd` the scripts are another package's. */
  #hasMoved = false;

  constructor(scripts: Scripts) {
    this.#scripts = scripts;
  }

  detect(find: (self: Detector) => Part): DetectedRunner | undefined {
    const found = find(this);
    return found === undefined || found === "harmless" ? undefined : { ...found, scripts: [...this.#used] };
  }

  /** A line for a shell, with what was typed behind the name of the script that it is. */
  line(text: string, more: readonly string[], depth: number): Part {
    const { commands, nested, isTorn } = readShell(text);
    if (isTorn || nested.length > 0 || commands.length === 0 || depth > MAX_DEPTH) return undefined;
    const parts = commands.map(({ words, targets, input, depth: brackets, ending }, at): Part => {
      const isLast = at === commands.length - 1;
      // Only behind `&&` is the exit of every part the exit of the whole.
      if (!(isLast ? /^[\s;]*$/ : /^\s*&&\s*$/).test(ending)) return undefined;
      if (brackets > 0 || targets.length > 0 || input !== "" || words.some(({ isOpen }) => isOpen)) return undefined;
      if (words.slice(0, 1).some(({ isPattern }) => isPattern)) return undefined;
      return this.command([...words.map((word) => word.text), ...(isLast ? more : [])], depth);
    });
    return only(parts);
  }

  /** One program with its arguments. */
  command(words: readonly string[], depth: number): Part {
    const [program, ...args] = withoutVariables(words) ?? [];
    const name = program === undefined ? undefined : programName(program);
    if (name === undefined || depth > MAX_DEPTH) return undefined;
    if (name === "cd") this.#hasMoved = true;
    if (name === "export" && withoutVariables([...args, "-"]) === undefined) return undefined;
    const wrapped = unwrap(name, args);
    if (wrapped !== undefined) return this.command(wrapped, depth + 1);
    switch (name) {
      case "sh":
      case "bash":
        return /^-[el]*c$/.test(args[0] ?? "") && args.length === 2 ? this.line(args[1]!, [], depth + 1) : undefined;
      case "npm":
      case "pnpm":
      case "yarn":
        return this.#manager(name, args, depth);
      case "bun":
        return args[0] === "run" ? this.#script(args[1], args.slice(2), depth) : recognise(name, args);
      default:
        return recognise(name, args);
    }
  }

  #manager(name: string, args: readonly string[], depth: number): Part {
    const isSilent = (arg: string | undefined): boolean => arg === "-s" || arg === "--silent";
    const [verb = "", ...rest] = isSilent(args[0]) ? args.slice(1) : args;
    if (name === "npm" && (verb === "ci" || verb === "install" || verb === "i")) return "harmless";
    if (name === "npm" && (verb === "exec" || verb === "x"))
      return rest[0] === "--" ? this.command(rest.slice(1), depth + 1) : undefined;
    if (name === "pnpm" && verb === "install") return "harmless";
    if (name !== "npm" && verb === "exec") return this.command(rest, depth + 1);
    const isRun = verb === "run" || verb === "run-script";
    const behind = isRun && isSilent(rest[0]) ? rest.slice(1) : rest;
    const script = isRun ? behind[0] : verb === "t" || verb === "tst" ? "test" : verb;
    const typed = isRun ? behind.slice(1) : behind;
    if (script === undefined || !SCRIPT_NAME.test(script)) return undefined;
    if (name === "npm" && !isRun && script !== "test") return undefined;
    // npm keeps options for itself unless they stand behind `--`.
    const mark = typed.indexOf("--");
    const own = name === "npm" ? typed.slice(0, mark < 0 ? typed.length : mark) : [];
    if (own.some((arg) => arg.startsWith("-") && !isSilent(arg))) return undefined;
    const more = [...own.filter((arg) => !isSilent(arg)), ...typed.slice(own.length)].filter(
      (_, at, all) => at !== all.indexOf("--"),
    );
    if (Object.hasOwn(this.#scripts, script)) return this.#script(script, more, depth);
    // Yarn and pnpm run a package's program by its name, if there is no such script.
    return name !== "npm" && !isRun ? this.command([script, ...more], depth + 1) : undefined;
  }

  #script(name: string | undefined, more: readonly string[], depth: number): Part {
    if (name === undefined || this.#hasMoved || depth > MAX_DEPTH || !Object.hasOwn(this.#scripts, name))
      return undefined;
    const parts = [`pre${name}`, name, `post${name}`].flatMap((one): Part[] => {
      const text = this.#scripts[one];
      if (text === undefined || !Object.hasOwn(this.#scripts, one)) return [];
      this.#used.add(one);
      return [this.line(text, one === name ? more : [], depth + 1)];
    });
    return only(parts);
  }
}

/** The one runner among parts of which none is unknown. */
function only(parts: readonly Part[]): Part {
  if (parts.includes(undefined)) return undefined;
  const runners = parts.filter((part) => part !== "harmless");
  return runners.length > 1 ? undefined : (runners[0] ?? "harmless");
}

/** The words behind assignments; undefined if one of those may change what runs. */
export function withoutVariables(words: readonly string[]): readonly string[] | undefined {
  const at = words.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word));
  const variables = at < 0 ? words : words.slice(0, at);
  const isTame = variables.every((word) => {
    const mark = word.indexOf("=");
    const [name, value] = [word.slice(0, mark), word.slice(mark + 1)];
    return name === "NODE_OPTIONS" ? TAME_NODE_OPTIONS.test(value) : !TELLING_VARIABLE.test(name);
  });
  return isTame && at >= 0 ? words.slice(at) : undefined;
}

/** What a program that only runs another one runs. */
export function unwrap(name: string, args: readonly string[]): readonly string[] | undefined {
  const [first = "", second = ""] = args;
  switch (name) {
    case "time":
    case "command":
    case "exec":
    case "env":
    case "cross-env":
      return first.startsWith("-") ? undefined : args;
    case "nice":
      return first === "-n" ? args.slice(2) : first.startsWith("-") ? undefined : args;
    case "timeout":
      return /^\d+(?:\.\d+)?[smh]?$/.test(first) ? args.slice(1) : undefined;
    case "npx":
    case "bunx": {
      const at = args.findIndex((arg) => !/^(?:-y|--yes|--no|--no-install|--offline|--)$/.test(arg));
      const program = args[at];
      return program === undefined || program.startsWith("-")
        ? undefined
        : [program.replace(/(?!^)@.*$/, ""), ...args.slice(at + 1)];
    }
    case "uv":
    case "poetry":
    case "pipenv":
    case "pdm":
      return first === "run" && !second.startsWith("-") ? args.slice(1) : undefined;
    case "bundle":
      return first === "exec" ? args.slice(1) : undefined;
    case "php":
      return /^(?:\.\/)?vendor\/bin\/phpunit$/.test(first) ? args : undefined;
    default:
      return undefined;
  }
}
