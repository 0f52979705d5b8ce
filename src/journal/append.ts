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
  /** Whether its bytes may have been given up by the system: no later sync can vouch for them. */
  hasFailedSync: boolean;
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
  const attempt = attempts.get(draft.id) ?? beginAttempt(appender, draft.id);
  attempts.set(draft.id, attempt);
  let failure: Refusal | undefined;
  for (let tries = 0; tries < TRIES; tries++) {
    const isThere = attempt.verdict !== undefined || appender.remembers(draft.id);
    const step = isThere && !attempt.hasFailedSync ? settle(appender, attempt) : write(appender, draft, attempt);
    const verdict = step.status === "durable" ? findVerdict(appender, draft.id, attempt) : undefined;
    if (verdict !== undefined && appender.isInPlace()) {
      attempts.delete(draft.id);
      return ok(verdict);
    }
    if (step.status !== "durable") failure = step.refusal;
    if (step.status === "stopped") break;
  }
  if (attempt.mayStand) return refuseUnknown(appender.path, failure);
  attempts.delete(draft.id);
  return {
    ok: false,
    refusal: failure ?? refuse("io-failed", "The record could not be written. Nothing was acknowledged."),
  };
}

function beginAttempt(appender: Appender, id: RecordId): Attempt {
  const { ordinal } = appender.folded();
  return { ordinal, mayStand: appender.remembers(id), hasFailedSync: false, verdict: undefined };
}

function findVerdict(appender: Appender, id: RecordId, attempt: Attempt): Verdict | undefined {
  // Folded before anybody asked, or within a snapshot: what was said about it then is no longer at hand.
  if (attempt.verdict === undefined && appender.remembers(id)) appender.recall();
  return attempt.verdict;
}

type Step =
  | { readonly status: "durable" }
  /** Worth another try. */
  | { readonly status: "failed"; readonly refusal: Refusal }
  | { readonly status: "stopped"; readonly refusal: Refusal };

function write(appender: Appender, draft: Draft, attempt: Attempt): Step {
  if (appender.folded().ordinal - attempt.ordinal >= RETRY_LIMIT) {
    return stop(refuse("retry-too-late", "Too much was written since for a repetition to be recognised."));
  }
  const opened = appender.open();
  if (!opened.ok) return stop(opened.refusal);
  const bytes = Buffer.from(`\n${encode(appender, draft)}\n`);
  if (bytes.length > MAX_RECORD_BYTES) return stop(refuseSize(bytes.length));
  let count: number;
  try {
    count = appender.io.write(opened.value, bytes);
  } catch (error) {
    return stop(refuseIo(error, "write to the journal", appender.path));
  }
  // Without its last newline a record is still to be had: whoever appends next begins with one.
  if (count >= bytes.length - 1) attempt.mayStand = true;
  if (count === bytes.length) return settle(appender, attempt);
  const folded = appender.fold();
  const refusal = refuse("disk-full", "A record went out only in part. Nothing was acknowledged.", {
    hint: "Make room on the disk, then run the command again.",
    place: appender.path,
  });
  return folded.ok ? { status: "failed", refusal } : stop(folded.refusal);
}

/** Makes durable what was written, and folds it. */
function settle(appender: Appender, attempt: Attempt): Step {
  const opened = appender.open();
  if (!opened.ok) return stop(opened.refusal);
  let step: Step = { status: "durable" };
  try {
    appender.io.sync(opened.value);
  } catch (error) {
    attempt.hasFailedSync = true;
    step = { status: "failed", refusal: refuseIo(error, "flush the journal", appender.path) };
  }
  const folded = appender.fold();
  return folded.ok ? step : stop(folded.refusal);
}

const stop = (refusal: Refusal): Step => ({ status: "stopped", refusal });

function encode(appender: Appender, draft: Draft): string {
  const { clone, key } = appender;
  const { ordinal, digest, time: last, seen } = appender.folded();
  const time = Math.min(Math.max(draft.at, last + 1), MAX_TIME);
  const { id, at, by, events, format = FORMAT } = draft;
  const text = encodeRecord({ format, id, clone, at, time, by, seen, prefix: [ordinal, digest], events }, key);
  if (decodeLine(text, clone) === undefined) throw new Error("bug: a draft that makes no record");
  return text;
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
