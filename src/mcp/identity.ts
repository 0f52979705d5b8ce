import { randomBytes } from "node:crypto";
import type { HostEvent } from "../engine/hooks/host-event.ts";
import { isObject } from "../plan/shape.ts";
import { ok, type Result } from "../plan/refusal.ts";
import { findActor } from "../workspace/actor.ts";
import { agentSession } from "../workspace/session-key.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** The caller of one request: its session, and what the environment has to say beside it. */
export interface Caller {
  readonly session: string;
  readonly env: Env;
}

/** How many calls of subagents are remembered between the hook before them and they themselves. */
const REMEMBERED_CALLS = 256;

/**
 * Who calls. Hosts tell it in different ways: Codex with each request, the others by what they set for the programs
 * they start; a host that says nothing gets a session for as long as this server lives. What hooks tell is newer than
 * what was set when the server started: Claude Code goes on with another session after /clear, and a subagent's call
 * is known by the hook before it.
 */
export class Identity {
  readonly #env: Env;
  readonly #agentCalls = new Map<string, string>();
  #claude: string | undefined;
  #minted: string | undefined;

  constructor(env: Env) {
    this.#env = env;
  }

  /** Takes note of whose event came last, and of calls that a subagent is about to make. */
  heardOf(event: HostEvent): void {
    if (event.host !== "claude") return;
    this.#claude = event.session;
    if (event.type !== "tool-starting" || event.agent === undefined || event.tool.callId === undefined) return;
    this.#agentCalls.set(event.tool.callId, agentSession(event.session, event.agent));
    const [oldest] = this.#agentCalls.keys();
    if (this.#agentCalls.size > REMEMBERED_CALLS && oldest !== undefined) this.#agentCalls.delete(oldest);
  }

  /** `meta` is what the host says beside the arguments; a model has no part in it. */
  callerOf(meta: unknown): Result<Caller> {
    const env = this.#env;
    const pinned = env["HOLDFAST_SESSION"];
    const told = pinned === undefined || pinned === "" ? this.#toldOf(isObject(meta) ? meta : {}) : undefined;
    const actor = findActor({ env, ...(told === undefined ? {} : { flag: told }) });
    if (!actor.ok) return actor;
    if (actor.value.source !== "shell") return ok({ session: actor.value.session, env });
    this.#minted ??= `mcp:${randomBytes(8).toString("hex")}`;
    return ok({ session: this.#minted, env: { ...env, HOLDFAST_PID: String(process.pid) } });
  }

  #toldOf(meta: Readonly<Record<string, unknown>>): string | undefined {
    const call = meta["claudecode/toolUseId"];
    return codexSession(meta) ?? (typeof call === "string" ? this.#agentCalls.get(call) : undefined) ?? this.#claude;
  }
}

/** The thread that a request of Codex belongs to; a subagent's is named behind its parent's. */
function codexSession({ threadId, sessionId }: Readonly<Record<string, unknown>>): string | undefined {
  if (typeof threadId !== "string" || threadId === "") return undefined;
  const isChild = typeof sessionId === "string" && sessionId !== "" && sessionId !== threadId;
  return isChild ? agentSession(`codex:${sessionId}`, threadId) : `codex:${threadId}`;
}
