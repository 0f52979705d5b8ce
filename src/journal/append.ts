import type { CloneId, RecordId, Seen } from "../plan/record.ts";
import { FORMAT, MAX_RECORD_BYTES } from "../plan/record.ts";
import { ok, refuse, refused, type Refusal, type Result } from "../plan/refusal.ts";
import { REMEMBERED_IDS } from "./cursor.ts";
import { type Io, refuseIo } from "./disk.ts";
import type { Verdict } from "./fold.ts";
import type { Draft } from "./journal.ts";
import { decodeLine, encodeRecord, type Key, MAX_TIME } from "./line.ts";

/**
 * A record whose writing has begun. While fewer records follow it than the fold remembers ids (less a margin for
 * those that others append meanwhile), writing it again can only repeat it, never apply it twice.
 */
export interface Attempt {
  /** How many records the own file had when it began. */
  readonly ordinal: number;
  /** Whether a whole record may have reached the file without anybody having been told. */
  mayStand: boolean;
  /** What the fold said, should it have met the record. */
  verdict: Verdict | undefined;
}

/** What a writer needs of the journal. */
export interface Appender {
  readonly clone: CloneId;
  readonly key: Key | undefined;
  readonly io: Io;
  readonly path: string;
  /** The own file, open for appending and in its place. */
  open(): Result<number>;
  /** Folds what is new; the verdicts on `attempts` come with it. */
  fold(): Result<unknown>;
  /** Whether the file just written still has its name. */
  isInPlace(): boolean;
  /** What has been folded. */
  folded(): { readonly ordinal: number; readonly digest: string; readonly time: number; readonly seen: Seen };
  /** Whether the fold remembers an id of the own file. */
  remembers(id: RecordId): boolean;
  /** Folds from the beginning to learn what was said about records met before. */
  recall(): Result<unknown>;
}

const TRIES = 4;
/** A retry must come while its first copy is still remembered. */
const RETRY_LIMIT = REMEMBERED_IDS - 112;

/** Appends until the record is durable, folded and in its place, or cannot be. */
export function appendRecord(appender: Appender, draft: Draft, attempts: Map<RecordId, Attempt>): Result<Verdict> {
  const begun = attempts.get(draft.id);
  if (begun === undefined && appender.remembers(draft.id)) return recallRecord(appender, draft.id, attempts);
  const attempt = begun ?? { ordinal: appender.folded().ordinal, mayStand: false, verdict: undefined };
  attempts.set(draft.id, attempt);
  let failure: Refusal | undefined;
  for (let tries = 0; tries < TRIES; tries++) {
    if (appender.folded().ordinal - attempt.ordinal >= RETRY_LIMIT) break;
    const step = writeOnce(appender, draft, attempt);
    if (step.status === "durable" && attempt.verdict !== undefined && appender.isInPlace()) {
      attempts.delete(draft.id);
      return ok(attempt.verdict);
    }
    if (step.status === "failed") failure = step.refusal;
    if (step.status === "stopped") {
      failure = step.refusal;
      break;
    }
  }
  if (attempt.mayStand) return refuseUnknown(appender.path, failure);
  attempts.delete(draft.id);
  return {
    ok: false,
    refusal: failure ?? refuse("io-failed", "The record could not be written; nothing was acknowledged."),
  };
}

type Step =
  | { readonly status: "durable" }
  /** Worth another try. */
  | { readonly status: "failed"; readonly refusal: Refusal }
  | { readonly status: "stopped"; readonly refusal: Refusal };

function writeOnce(appender: Appender, draft: Draft, attempt: Attempt): Step {
  const opened = appender.open();
  if (!opened.ok) return { status: "stopped", refusal: opened.refusal };
  const bytes = Buffer.from(`\n${encode(appender, draft)}\n`);
  if (bytes.length > MAX_RECORD_BYTES) return { status: "stopped", refusal: refuseSize(bytes.length) };
  let refusal: Refusal | undefined;
  try {
    const count = appender.io.write(opened.value, bytes);
    // Without its last newline a record is still to be had: whoever appends next begins with one.
    if (count >= bytes.length - 1) attempt.mayStand = true;
    if (count < bytes.length)
      refusal = refuse("disk-full", "A record went out only in part; nothing was acknowledged.");
  } catch (error) {
    return { status: "stopped", refusal: refuseIo(error, "write to the journal", appender.path) };
  }
  if (refusal === undefined) {
    try {
      appender.io.sync(opened.value);
    } catch (error) {
      refusal = refuseIo(error, "flush the journal", appender.path);
    }
  }
  const folded = appender.fold();
  if (!folded.ok) return { status: "stopped", refusal: folded.refusal };
  return refusal === undefined ? { status: "durable" } : { status: "failed", refusal };
}

function encode(appender: Appender, draft: Draft): string {
  const { clone, key } = appender;
  const { ordinal, digest, time: last, seen } = appender.folded();
  const time = Math.min(Math.max(draft.at, last + 1), MAX_TIME);
  const { id, at, by, events, format = FORMAT } = draft;
  const text = encodeRecord({ format, id, clone, at, time, by, seen, prefix: [ordinal, digest], events }, key);
  if (decodeLine(text, clone) === undefined) throw new Error("bug: a draft that makes no record");
  return text;
}

function recallRecord(appender: Appender, id: RecordId, attempts: Map<RecordId, Attempt>): Result<Verdict> {
  const attempt: Attempt = { ordinal: 0, mayStand: true, verdict: undefined };
  attempts.set(id, attempt);
  try {
    const opened = appender.open();
    if (!opened.ok) return opened;
    appender.io.sync(opened.value);
    const recalled = appender.recall();
    if (!recalled.ok) return recalled;
  } catch (error) {
    return refuseUnknown(appender.path, refuseIo(error, "flush the journal", appender.path));
  } finally {
    attempts.delete(id);
  }
  if (attempt.verdict === undefined) return refuseUnknown(appender.path, undefined);
  return ok(attempt.verdict);
}

function refuseUnknown(place: string, failure: Refusal | undefined): Result<never> {
  return refused("outcome-unknown", "The record may or may not have reached the journal; it was not acknowledged.", {
    hint: "Look at the state; what is not there can be done again.",
    place,
    ...(failure === undefined ? {} : { details: [failure] }),
  });
}

function refuseSize(bytes: number): Refusal {
  return refuse("record-too-large", `One command may write ${MAX_RECORD_BYTES} bytes at most; this one has ${bytes}.`, {
    hint: "Split it into several commands, or put the long text into a file.",
  });
}
