import { digestOf } from "../../../engine/records/seal.ts";

const LONGEST_SEGMENT = 120;
const PLAIN = /^[A-Za-z0-9_@+-][A-Za-z0-9._@+-]*$/;

/** What Windows takes for a device, whatever comes after it. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/**
 * The name of a session's folder: its id where that is a plain name, else one of its own that leads nowhere else. Ids
 * come from outside.
 */
export function segmentOf(sessionID: string): string {
  const isPlain = sessionID.length <= LONGEST_SEGMENT && PLAIN.test(sessionID) && !DEVICE.test(sessionID);
  if (isPlain) return sessionID;
  return `x-${sessionID.replace(/[^A-Za-z0-9_-]+/g, "-").slice(0, 60)}-${digestOf(sessionID)}`;
}

/** The session as Holdfast knows it. */
export const sessionKeyOf = (sessionID: string): string => `opencode:${segmentOf(sessionID)}`;
