import { fingerprint } from "./fingerprint.ts";

/** `<host>:<id>` for one conversation: the id is the host's own, never made up. */
const SESSION_KEY = /^[a-z][a-z0-9-]{0,31}:[A-Za-z0-9._@:+-]{1,128}$/;

/** Hosts that once went by another name; the old one is read and never written. */
const HOST_ALIASES: ReadonlyMap<string, string> = new Map([["traecli", "trae"]]);

/** The one spelling of a session key; undefined where it is none. */
export function parseSessionKey(text: string): string | undefined {
  if (!SESSION_KEY.test(text)) return undefined;
  const colon = text.indexOf(":");
  const host = HOST_ALIASES.get(text.slice(0, colon));
  return host === undefined ? text : host + text.slice(colon);
}

const LONGEST_ID = 128;

/** The session that a subagent acts as: its parent's name and its own id, so that its claims are its own. */
export function agentSession(session: string, agent: string): string {
  const id = agent.replace(/[^A-Za-z0-9._@:+-]/gu, (char) => `+${char.codePointAt(0)!.toString(16)}+`);
  const whole = `${session}+${id}`;
  if (whole.length - session.indexOf(":") - 1 <= LONGEST_ID) return whole;
  const room = session.indexOf(":") + 1 + LONGEST_ID - 17;
  return `${whole.slice(0, room)}+${fingerprint(whole)}`;
}
