import { fingerprint } from "./fingerprint.ts";

const LONGEST_NAME = 180;

/** A name that no file system folds, splits or reserves; each session has its own. */
export function fileNameOf(session: string): string {
  const encoded = session.replace(/[^a-z0-9-]/gu, (char) => `_${char.codePointAt(0)!.toString(16)}_`);
  return encoded.length <= LONGEST_NAME ? encoded : `${encoded.slice(0, LONGEST_NAME)}_${fingerprint(session)}`;
}
