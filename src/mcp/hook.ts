import type { CallToolResult } from "@modelcontextprotocol/server";
import { isKnownAsNoCheck } from "../engine/hooks/check-forms.ts";
import type { HostEvent } from "../engine/hooks/host-event.ts";
import { adapterOf } from "../hosts/adapters.ts";
import { answerPayload } from "../hosts/answer.ts";
import { mayBeAgents } from "../hosts/codex/prompt-source.ts";
import { refused } from "../plan/refusal.ts";
import { isObject } from "../plan/shape.ts";
import { isStartedByHost } from "../workspace/started-by-host.ts";
import { toToolResult } from "./answer.ts";
import type { Identity } from "./identity.ts";

type Env = Readonly<Record<string, string | undefined>>;
type Meta = Readonly<Record<string, unknown>>;

const HOSTS = ["claude", "codex"] as const;
type Host = (typeof HOSTS)[number];

/** What hosts put beside a call that their model made, and never beside one of a hook. */
const MODEL_MARKS = ["claudecode/toolUseId", "callId"] as const;

/** Nothing, as the host takes it: of an answer without any text Claude Code tells its model that the hook was there. */
export const nothingFor = (args: unknown): CallToolResult =>
  isObject(args) && args["host"] === "claude" ? { content: [{ type: "text", text: "{}" }] } : { content: [] };

/**
 * The tool that hooks of hosts call, and no model: it is on no list, and a call that a model made is refused. What it
 * answers is the host's own JSON, as text.
 */
export class HookEntry {
  readonly #env: Env;
  readonly #identity: Identity;
  readonly #trusted = new Map<Host, Promise<boolean>>();

  constructor(env: Env, identity: Identity) {
    this.#env = env;
    this.#identity = identity;
  }

  /**
   * Whether a call only tells that an edit has ended, or a command that is no check. To that nothing is ever said, so the
   * host need not wait for what is made of it. What a check saw is taken while the agent has not gone on.
   */
  isReport(args: unknown, meta: unknown): boolean {
    if (!isObject(args) || (isObject(meta) && MODEL_MARKS.some((mark) => meta[mark] !== undefined))) return false;
    const host = HOSTS.find((each) => args["host"] === each);
    const event = host === undefined ? undefined : adapterOf(host)?.read(args);
    return event?.type === "tool-finished" && (event.tool.kind === "edit" || isKnownAsNoCheck(event));
  }

  async answer(args: unknown, meta: unknown): Promise<CallToolResult> {
    const told: Meta = isObject(meta) ? meta : {};
    if (MODEL_MARKS.some((mark) => told[mark] !== undefined)) {
      return toToolResult(refused("for-hooks-only", "this is for the host's hooks: a model has no use for it"));
    }
    const host = HOSTS.find((each) => isObject(args) && args["host"] === each);
    if (host === undefined || !isObject(args)) return nothingFor(args);
    const payload = host === "codex" ? withAgent(args, told) : args;
    const event = adapterOf(host)?.read(payload);
    if (event === undefined) return nothingFor(args);
    this.#identity.heardOf(event);
    const isTrusted = (await this.#isTrusted(host)) && !(await isDoubtful(event));
    const text = await answerPayload(host, payload, this.#env, { isTrusted });
    return text === "" ? nothingFor(args) : { content: [{ type: "text", text }] };
  }

  #isTrusted(host: Host): Promise<boolean> {
    const known = this.#trusted.get(host) ?? isStartedByHost(host).catch(() => false);
    this.#trusted.set(host, known);
    return known;
  }
}

const isDoubtful = async ({ host, type, transcript }: HostEvent): Promise<boolean> =>
  host === "codex" && type === "prompt-submitted" && (await mayBeAgents(transcript));

/** A subagent of Codex has a thread of its own, whose name is its id; its template cannot name it. */
export function withAgent(args: Meta, { threadId }: Meta): Meta {
  const isChild = typeof threadId === "string" && threadId !== "" && threadId !== args["session_id"];
  return isChild ? { agent_id: threadId, ...args } : args;
}
