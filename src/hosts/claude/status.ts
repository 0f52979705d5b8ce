import { asPayload, payloadOf, readOrigin } from "../payload.ts";

/** What Claude Code tells its status line of a conversation. */
export interface StatusPayload {
  readonly session: string;
  /** Absolute. */
  readonly cwd: string;
  /** Share of the context window in use, 0 to 1; unknown before the first turn. */
  readonly contextUse?: number;
}

/** Reads what a status line is given on standard input; undefined for what is no such payload. Never throws. */
export function readStatus(input: unknown): StatusPayload | undefined {
  const payload = asPayload(input);
  const origin = payload && readOrigin("claude", payload);
  if (payload === undefined || origin === undefined) return undefined;
  const used = payloadOf(payload, "context_window")?.["used_percentage"];
  const isShare = typeof used === "number" && used >= 0 && used <= 100;
  return { session: origin.session, cwd: origin.cwd, ...(isShare ? { contextUse: used / 100 } : {}) };
}
