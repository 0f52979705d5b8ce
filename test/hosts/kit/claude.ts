import { stripVTControlCharacters } from "node:util";
import { findCli } from "./clis.ts";
import { parseLine, parseLines, type Message } from "./json-lines.ts";
import { runProgram, start, type Ended, type Running } from "./process.ts";
import type { World } from "./world.ts";

export interface ClaudeOptions {
  /** More words of the command line. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

export interface ClaudeRun extends Ended {
  /** The lines of its stream, parsed. */
  readonly messages: readonly Message[];
  /** The text of its last result. */
  readonly result: string | undefined;
}

const KEY = "dummy-key-not-real-but-long-enough";

/** What Claude Code remembers of somebody who has used it, trusts this project, and lets it do as it likes. */
export const claudeState = (project: string): string =>
  JSON.stringify({
    hasCompletedOnboarding: true,
    lastOnboardingVersion: "2.1.197",
    theme: "dark",
    bypassPermissionsModeAccepted: true,
    customApiKeyResponses: { approved: [KEY.slice(-20)], rejected: [] },
    projects: {
      [project]: { hasTrustDialogAccepted: true, hasCompletedProjectOnboarding: true, allowedTools: [] },
    },
  });

const PRINT = ["--output-format", "stream-json", "--verbose", "--dangerously-skip-permissions"];

const environment = ({ env, model }: World, more: Readonly<Record<string, string>> = {}) => ({
  ...env,
  ANTHROPIC_BASE_URL: model.url,
  ANTHROPIC_API_KEY: KEY,
  DISABLE_TELEMETRY: "1",
  DISABLE_AUTOUPDATER: "1",
  DISABLE_ERROR_REPORTING: "1",
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
  // Without it the account of a container may not skip permissions.
  IS_SANDBOX: "1",
  ...more,
});

/** One prompt to Claude Code, headless. */
export async function runClaude(world: World, prompt: string, options: ClaudeOptions = {}): Promise<ClaudeRun> {
  return toRun(await claudeCommand(world, ["-p", prompt, ...PRINT, ...(options.args ?? [])], options));
}

/** Any other command of Claude Code. */
export function claudeCommand(world: World, args: readonly string[], options: ClaudeOptions = {}): Promise<Ended> {
  const { env, timeoutMs = 60_000 } = options;
  return runProgram(findCli("claude")!, args, { cwd: world.project, env: environment(world, env), timeoutMs });
}

/** A conversation of many turns in one process. */
export interface ClaudeTalk {
  readonly pid: number;
  /** Says something and waits until its turn has ended; gives the result's text. */
  readonly say: (text: string) => Promise<string>;
  readonly end: () => Promise<ClaudeRun>;
}

export function openClaude(world: World, { args = [], env, timeoutMs = 110_000 }: ClaudeOptions = {}): ClaudeTalk {
  const words = ["-p", "--input-format", "stream-json", ...PRINT, ...args];
  const program = start(findCli("claude")!, words, { cwd: world.project, env: environment(world, env), timeoutMs });
  let results = 0;
  return {
    pid: program.pid,
    say: async (text) => {
      results += 1;
      program.write(`${JSON.stringify({ type: "user", message: { role: "user", content: text } })}\n`);
      return resultOf(await nthResult(program, results));
    },
    end: async () => {
      program.endInput();
      return toRun(await program.ended);
    },
  };
}

/** Claude Code on a terminal, as a person has it: only there is a person at it. */
export interface ClaudeTerminal {
  /** Types a line and sends it off; what comes of it is seen in the model's log. */
  readonly type: (text: string) => Promise<void>;
  /** Waits until something stands on it. */
  readonly shows: (text: string) => Promise<void>;
  /** Keys as a terminal sends them. */
  readonly press: (keys: string) => void;
  readonly stop: () => Promise<Ended>;
}

interface TerminalOptions extends ClaudeOptions {
  /** Whether it only plans, rather than doing everything without asking. */
  readonly isPlanning?: boolean;
}

export async function openClaudeTerminal(world: World, options: TerminalOptions = {}): Promise<ClaudeTerminal> {
  const { args = [], env, isPlanning = false, timeoutMs = 110_000 } = options;
  const mode = isPlanning ? ["--permission-mode", "plan"] : ["--dangerously-skip-permissions"];
  const words = [findCli("claude")!, ...mode, ...args];
  const command = `stty cols 160 rows 50; exec ${words.map((word) => `'${word}'`).join(" ")}`;
  const program = start("script", ["-qefc", command, "/dev/null"], {
    cwd: world.project,
    env: environment(world, env),
    timeoutMs,
  });
  await program.output((printed) => onScreen(printed).includes(isPlanning ? "plan mode on" : "bypass permissions on"));
  return {
    type: async (text) => {
      const before = program.printed().length;
      program.write(text);
      await program.output((all) => onScreen(all.slice(before)).includes(text.slice(-8)));
      program.write("\r");
    },
    press: program.write,
    shows: (text) => program.output((printed) => onScreen(printed).includes(text)),
    stop: program.stop,
  };
}

/**
 * Says hello until the model is offered Holdfast's tools. On a terminal one may type before the servers are there, and
 * their hooks are silently left out then.
 * @throws Error where twenty turns did not do.
 */
export async function untilConnected(world: World, { type }: ClaudeTerminal): Promise<void> {
  for (let at = 0; at < 20; at += 1) {
    const text = `hello ${at}`;
    const before = new Set(world.model.requests);
    await type(text);
    // A title is asked for as well, without tools, and sooner.
    const { tools } = await world.model.waitFor(
      (request) => !before.has(request) && request.lastUser.includes(text) && request.tools.includes("Bash"),
    );
    if (tools.includes("mcp__holdfast__task")) return;
  }
  throw new Error("Claude Code never offered Holdfast's tools.");
}

/** What a terminal was sent, in plain words: it moves the cursor where others write a space. */
const onScreen = (printed: string): string => stripVTControlCharacters(printed.replaceAll(CURSOR_MOVE, " "));

const CURSOR_MOVE = new RegExp(`${String.fromCharCode(27)}\\[\\d*[CG]`, "g");

function nthResult(program: Running, wanted: number): Promise<string> {
  let seen = 0;
  return program.line((line) => isResult(line) && (seen += 1) === wanted);
}

const isResult = (line: string): boolean => parseLine(line)?.["type"] === "result";

const resultOf = (line: string): string => String(parseLine(line)?.["result"]);

function toRun(ended: Ended): ClaudeRun {
  const messages = parseLines(ended.stdout);
  const last = messages.findLast(({ type }) => type === "result");
  return { ...ended, messages, result: typeof last?.["result"] === "string" ? last["result"] : undefined };
}
