import crypto from "node:crypto";
import type { CloneId, RecordId } from "../plan/record.ts";

/** Crockford's base 32 in lower case: no i, l, o or u, so that an id survives being read aloud and case folding. */
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const RECORD_ID = /^[0-9a-hjkmnp-tv-z]{20}$/;
const CLONE_ID = /^c[0-9a-hjkmnp-tv-z]{8}$/;

/** Makes a record id: ten characters of time (`now`, milliseconds since the epoch), ten of chance (50 bits). */
export function mintRecordId(now: number): RecordId {
  let time = "";
  let rest = Math.min(Math.max(0, Math.floor(now)), 2 ** 48 - 1);
  for (let i = 0; i < 10; i++) {
    time = ALPHABET.charAt(rest % 32) + time;
    rest = Math.floor(rest / 32);
  }
  return (time + randomLetters(10)) as RecordId;
}

/** Makes a clone id: `c` and eight characters of chance (40 bits). */
export function mintCloneId(): CloneId {
  return `c${randomLetters(8)}` as CloneId;
}

/** Whether a value has the shape of a record id. */
export function isRecordId(value: unknown): value is RecordId {
  return typeof value === "string" && RECORD_ID.test(value);
}

/** Whether a value has the shape of a clone id; such a value is also safe as a file name. */
export function isCloneId(value: unknown): value is CloneId {
  return typeof value === "string" && CLONE_ID.test(value);
}

/** `count` letters of the alphabet, five bits of chance each. */
export function randomLetters(count: number): string {
  let letters = "";
  for (const byte of crypto.randomBytes(count)) letters += ALPHABET.charAt(byte & 31);
  return letters;
}
