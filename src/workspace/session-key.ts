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
