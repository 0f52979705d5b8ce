import { refuse, type Refusal } from "../plan/refusal.ts";
import type { FactContext } from "./facts.ts";
import { parseSessionKey } from "./session-key.ts";

/** The key that an event means: the author's own, or any where the author is a person. */
export function ownSession(given: string, context: FactContext): string | Refusal {
  const session = parseSessionKey(given);
  if (session === undefined) return refuse("malformed-session", "A session is named <host>:<id>.");
  if (session === parseSessionKey(context.session) || context.isPerson) return session;
  return refuse("not-your-session", `${context.session} may not decide for ${session}.`);
}
