import { asPayload, textOf, type Payload } from "../payload.ts";

const NOTHING: Payload = {};

/** An object's fields; none where it is no object. */
export const fieldsOf = (value: unknown): Payload => asPayload(value) ?? NOTHING;

/** An object of the host's that is there to be written into. */
export const writableOf = (fields: Payload, name: string): Record<string, unknown> | undefined =>
  asPayload(fields[name]);

export function countOf(fields: Payload, name: string): number {
  const value = fields[name];
  return typeof value === "number" && Number.isFinite(value) ? Math.max(0, value) : 0;
}

const HOST_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,59}$/;

/** One of the host's ids, short and plain enough that two of them make a session's key. */
export function idOf(fields: Payload, name: string): string | undefined {
  const text = textOf(fields, name);
  return text !== undefined && HOST_ID.test(text) ? text : undefined;
}
