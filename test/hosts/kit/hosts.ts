import { randomUUID } from "node:crypto";
import {
  firstOf,
  inOrder,
  when,
  type ModelRequest,
  type Script,
  type ToolCall,
} from "../../../src/hosts/model-server/turn.ts";
import { openClaude, runClaude } from "./claude.ts";
import type { Cli } from "./clis.ts";
import { openCodex, runCodex } from "./codex.ts";
import { openOpenCode, runOpenCode } from "./opencode.ts";
import type { Ended } from "./process.ts";
import type { World } from "./world.ts";

/** A conversation of many turns, whichever host it is in. */
export interface Talk {
  /** `<host>:<id>`, as Holdfast names it. */
  readonly session: string;
  /** Says something as a person would, and waits until the turn has ended. */
  readonly say: (text: string) => Promise<void>;
  readonly compact: () => Promise<void>;
  readonly end: () => Promise<void>;
}

/** What tests ask of every host alike. */
export interface Host {
  readonly cli: Cli;
  readonly run: (world: World, prompt: string, env?: Readonly<Record<string, string>>) => Promise<Ended>;
  readonly open: (world: World) => Promise<Talk>;
  readonly shell: (command: string) => ToolCall;
  /** The same, begun in a folder. */
  readonly shellIn: (folder: string, command: string) => ToolCall;
  /** A tool of Holdfast's MCP server. */
  readonly tool: (name: string, input: Readonly<Record<string, unknown>>) => ToolCall;
  /** The name of such a tool as the model sees it. */
  readonly toolName: (name: string) => string;
  /** Starts a subagent, and waits for it where that is a call of its own. */
  readonly spawn: (prompt: string) => Script;
  /** Usage on which the host compacts by itself. */
  readonly fullInput: number;
  /** A part of what the host asks a model for a summary with. */
  readonly summaryRequest: string;
}

const claude: Host = {
  cli: "claude",
  run: (world, prompt, env = {}) => runClaude(world, prompt, { env }),
  open: async (world) => {
    const id = randomUUID();
    const env = { CLAUDE_CODE_AUTO_COMPACT_WINDOW: "100000" };
    const talk = openClaude(world, { args: ["--session-id", id], env });
    return {
      session: `claude:${id}`,
      say: async (text) => void (await talk.say(text)),
      compact: async () => void (await talk.say("/compact")),
      end: async () => void (await talk.end()),
    };
  },
  shell: (command) => ({ name: "Bash", input: { command, description: "run it" } }),
  shellIn: (folder, command) => claude.shell(`cd '${folder}' && ${command}`),
  tool: (name, input) => ({ name: `mcp__holdfast__${name}`, input }),
  toolName: (name) => `mcp__holdfast__${name}`,
  spawn: (prompt) =>
    inOrder({ calls: [{ name: "Agent", input: { description: "part", prompt, subagent_type: "general-purpose" } }] }),
  fullInput: 85_000,
  summaryRequest: "REMINDER: Do NOT call any tools",
};

const codex: Host = {
  cli: "codex",
  run: (world, prompt, env = {}) => runCodex(world, prompt, { env }),
  open: async (world) => {
    const server = await openCodex(world, { args: ["-c", "model_auto_compact_token_limit=20000"] });
    const thread = await server.startThread();
    return {
      session: `codex:${thread}`,
      say: (text) => server.say(thread, text),
      compact: () => server.compact(thread),
      end: async () => void (await server.finish()),
    };
  },
  shell: (cmd) => ({ name: "exec_command", input: { cmd } }),
  shellIn: (workdir, cmd) => ({ name: "exec_command", input: { cmd, workdir } }),
  tool: (name, input) => ({ name, namespace: "mcp__holdfast", input }),
  toolName: (name) => `mcp__holdfast.${name}`,
  spawn: (message) => {
    const agents = "multi_agent_v1";
    let isSpawned = false;
    let isWaiting = false;
    return ({ text }) => {
      if (!isSpawned) {
        isSpawned = true;
        return { calls: [{ name: "spawn_agent", namespace: agents, input: { message } }] };
      }
      const id = /"agent_id":"([0-9a-f-]+)"/.exec(text)?.[1];
      if (isWaiting || id === undefined) return undefined;
      isWaiting = true;
      return { calls: [{ name: "wait_agent", namespace: agents, input: { targets: [id] } }] };
    };
  },
  fullInput: 85_000,
  summaryRequest: "CONTEXT CHECKPOINT COMPACTION",
};

const opencode: Host = {
  cli: "opencode",
  run: (world, prompt, env = {}) => runOpenCode(world, prompt, { env }),
  open: async (world) => {
    const server = await openOpenCode(world);
    const session = await server.startSession();
    return {
      session: `opencode:${session}`,
      say: (text) => server.say(session, text),
      compact: () => server.compact(session),
      end: async () => void (await server.stop()),
    };
  },
  shell: (command) => ({ name: "bash", input: { command, description: "run it" } }),
  shellIn: (workdir, command) => ({ name: "bash", input: { command, description: "run it", workdir } }),
  tool: (name, input) => ({ name: `holdfast_${name}`, input }),
  toolName: (name) => `holdfast_${name}`,
  spawn: (prompt) =>
    inOrder({ calls: [{ name: "task", input: { description: "part", prompt, subagent_type: "general" } }] }),
  fullInput: 198_000,
  summaryRequest: "Here is the conversation so far",
};

export const HOSTS: readonly Host[] = [claude, codex, opencode];

/** A script beside which the host gets its summaries when it asks for them. */
export const withSummaries = ({ summaryRequest }: Host, script: Script): Script =>
  firstOf(
    when({ lastUser: summaryRequest }, () => ({ text: "<summary>What was said so far.</summary>" })),
    script,
  );

/** How often a text stands in what the model was sent; a failure then prints a number instead of the whole request. */
export const timesIn = (request: ModelRequest | undefined, part: string): number =>
  (request?.text.split(part).length ?? 1) - 1;

/** Whether a request has a text anywhere, the descriptions of tools included. */
export const mentions = (request: ModelRequest | undefined, part: string): boolean =>
  JSON.stringify(request?.body).includes(part);
