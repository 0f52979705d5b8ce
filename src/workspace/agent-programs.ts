/** A running program, as the process table shows it. */
export interface ProgramSight {
  /** The system's short name of it. */
  readonly comm: string;
  /** Its words, the program's name first; empty where it shows none. */
  readonly argv: readonly string[];
  /** The file that it runs, where that can be read. */
  readonly exe?: string;
}

const AGENTS: ReadonlySet<string> = new Set([
  "aider",
  "amp",
  "auggie",
  "claude",
  "cline",
  "coco",
  "codebuddy",
  "codex",
  "copilot",
  "crush",
  "cursor-agent",
  "droid",
  "gemini",
  "goose",
  "iflow",
  "kilocode",
  "kiro-cli",
  "opencode",
  "openhands",
  "pi",
  "qwen",
  "trae-cli",
  "traecli",
]);

/** Where agents are installed under a file name that says nothing: neighbouring folders of a path. */
const AGENT_FOLDERS: readonly (readonly string[])[] = [
  ["@anthropic-ai", "claude-code"],
  ["@augmentcode", "auggie"],
  ["@github", "copilot"],
  ["@google", "gemini-cli"],
  ["@openai", "codex"],
  ["@qwen-code", "qwen-code"],
  ["@sourcegraph", "amp"],
  ["share", "claude", "versions"],
  ["share", "cursor-agent", "versions"],
  ["node_modules", "opencode-ai"],
];

const SHELL = /^(?:ba|da|z|k|fi)?sh$/;
const INTERPRETER = /^node(?:js)?$|^bun$|^deno$|^tsx$|^(?:python|pypy|ruby|perl)[\d.]*w?$/;

/** How to find the script among the words of a command line. */
interface Options {
  readonly isOption: RegExp;
  /** After these comes a program text, not a file. */
  readonly takesText: RegExp;
  readonly takesWord: ReadonlySet<string>;
  /** After this comes a module's name. */
  readonly module?: string;
}

const SHELL_OPTIONS: Options = {
  isOption: /^[-+]/,
  takesText: /^-[A-Za-z]*c$/,
  takesWord: new Set(["-o", "+o", "-O", "+O", "--rcfile", "--init-file"]),
};

const INTERPRETER_OPTIONS: Options = {
  isOption: /^-|^(?:run|x)$/,
  takesText: /^-[A-Za-z]*[cep]$|^--(?:eval|print)$/,
  takesWord: new Set(
    "-C -W -X -r --conditions --config --env-file --experimental-loader --import --loader --preload --require".split(
      " ",
    ),
  ),
  module: "-m",
};

/** Variables that an agent sets for what it starts, and that no person's shell has of itself. */
const AGENT_VARIABLES: readonly string[] = [
  "AGENT",
  "AI_AGENT",
  "CLAUDECODE",
  "CLAUDE_CODE_SESSION_ID",
  "CODEX_SANDBOX",
  "CODEX_SANDBOX_NETWORK_DISABLED",
  "CODEX_THREAD_ID",
  "CURSOR_AGENT",
  "GEMINI_CLI",
  "GOOSE_TERMINAL",
  "HOLDFAST_SESSION",
  "HOLDFAST_WORKER",
  "OPENCODE",
  "OPENCODE_PID",
  "OPENCODE_SESSION_ID",
  "QWEN_CODE",
  "TRAE_SESSION_ID",
];

/** The name of the agent that a program is; undefined where it is none. Folders that happen to be called so do not count. */
export function agentOf({ comm, argv, exe }: ProgramSight): string | undefined {
  const names = [comm, argv[0], exe].map(nameOf);
  const own = names.find((name) => AGENTS.has(name)) ?? agentByFolder(argv[0]) ?? agentByFolder(exe);
  if (own !== undefined) return own;
  const isShell = names.some((name) => SHELL.test(name));
  if (!isShell && !names.some((name) => INTERPRETER.test(name))) return undefined;
  const script = scriptOf(argv, isShell ? SHELL_OPTIONS : INTERPRETER_OPTIONS);
  if (script === undefined) return undefined;
  const name = nameOf(script);
  return AGENTS.has(name) ? name : agentByFolder(script);
}

/** The first variable in an environment that only an agent sets. */
export const agentVariable = (env: Readonly<Record<string, string | undefined>>): string | undefined =>
  AGENT_VARIABLES.find((name) => env[name] !== undefined && env[name] !== "");

/** What an interpreter was told to run: a file, or a module's first name. */
function scriptOf(argv: readonly string[], options: Options): string | undefined {
  for (let i = 1; i < argv.length; i++) {
    const word = argv[i]!;
    if (word === "--") return argv[i + 1];
    if (options.module === word) return argv[i + 1]?.split(".")[0];
    if (options.takesText.test(word)) return undefined;
    if (options.takesWord.has(word)) i++;
    else if (!options.isOption.test(word)) return word;
  }
  return undefined;
}

function agentByFolder(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  const segments = path.split(/[/\\]/);
  for (const folders of AGENT_FOLDERS) {
    const isThere = segments.some((_, i) => folders.every((folder, j) => segments[i + j] === folder));
    if (isThere) return folders.join("/");
  }
  return undefined;
}

/** A path's last name, without what systems put around a program's. */
function nameOf(path: string | undefined): string {
  const last = (path ?? "").split(/[/\\]/).at(-1) ?? "";
  return last
    .toLowerCase()
    .replace(/^[-.]/, "")
    .replace(/\.(?:exe|cmd|bat|ps1|sh|py|[cm]?[jt]s)$/, "");
}
