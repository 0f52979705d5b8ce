import { randomBytes } from "node:crypto";
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

/**
 * Who calls. Hosts tell it in different ways: Codex with each request, the others by what they set for the programs
 * they start; a host that says nothing gets a session for as long as this server lives.
 */
export class Identity {
  readonly #env: Env;
  #minted: string | undefined;

  constructor(env: Env) {
    this.#env = env;
  }

  /** `meta` is what the host says beside the arguments; a model has no part in it. */
  callerOf(meta: unknown): Result<Caller> {
    const env = this.#env;
    const codex = env["HOLDFAST_SESSION"] === undefined ? codexSession(meta) : undefined;
    const actor = findActor({ env, ...(codex === undefined ? {} : { flag: codex }) });
    if (!actor.ok) return actor;
    if (actor.value.source !== "shell") return ok({ session: actor.value.session, env });
    this.#minted ??= `mcp:${randomBytes(8).toString("hex")}`;
    return ok({ session: this.#minted, env: { ...env, HOLDFAST_PID: String(process.pid) } });
  }
}

/** The thread that a request of Codex belongs to; a subagent's is named behind its parent's. */
function codexSession(meta: unknown): string | undefined {
  if (!isObject(meta)) return undefined;
  const { threadId, sessionId } = meta;
  if (typeof threadId !== "string" || threadId === "") return undefined;
  const isChild = typeof sessionId === "string" && sessionId !== "" && sessionId !== threadId;
  return isChild ? agentSession(`codex:${sessionId}`, threadId) : `codex:${threadId}`;
}
