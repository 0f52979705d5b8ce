import crypto from "node:crypto";

/** 22 characters of base64url are 132 bits: enough that nobody finds a second text for a digest. */
const DIGEST_LENGTH = 22;

/** The digest of no record at all: where every chain starts. */
export const EMPTY_CHAIN = "";

// `crypto.hash` is four times as fast for short texts, but came with Node 20.12 and not to every runtime.
const sha256: (text: string) => string =
  typeof crypto.hash === "function"
    ? (text) => crypto.hash("sha256", text, "base64url")
    : (text) => crypto.createHash("sha256").update(text).digest("base64url");

/** The digest of one text, cut to the length that records use. */
export function digestText(text: string): string {
  return sha256(text).slice(0, DIGEST_LENGTH);
}

/** The digest of a prefix that is one line longer: `previous` is that of the prefix, `raw` the line as written. */
export function extendChain(previous: string, raw: string): string {
  return digestText(previous + raw);
}

/** The keyed digest of a record's text up to its `mac` field. */
export function macOf(secret: Uint8Array, text: string): string {
  return crypto.createHmac("sha256", secret).update(text).digest("base64url").slice(0, DIGEST_LENGTH);
}

/** The full SHA-256 of pieces that follow each other, in hexadecimal as `sha256sum` prints it; keyed with a secret. */
export function hexDigestOf(pieces: readonly Uint8Array[], secret?: Uint8Array): string {
  const digest = secret === undefined ? crypto.createHash("sha256") : crypto.createHmac("sha256", secret);
  for (const piece of pieces) digest.update(piece);
  return digest.digest("hex");
}
