import { lstatSync, readFileSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { ok, refused, type Result } from "../plan/refusal.ts";
import { makeFolder, readSmallFile, sweepFiles, writeFileAtomic } from "./files.ts";
import { fileNameOf } from "./file-name.ts";
import { thisMachine } from "./machine.ts";
import type { Liveness, LivenessOf } from "./sessions.ts";
import { parseSessionKey } from "./session-key.ts";

/** Silence after which a session without a known process counts as stale. */
export const STALE_MS = 15 * 60_000;

/** A clock set back makes a beat lie ahead; further than this, it is no clock that was set. */
const BELIEVABLE_AHEAD_MS = 24 * 3_600_000;

const BEAT = /^[a-z0-9_-]+\.beat$/;

export interface BeatOptions {
  readonly now?: number;
  readonly machine?: string;
  /** The host's long-lived process; HOLDFAST_PID by default. */
  readonly pid?: number;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export interface LivenessOptions {
  readonly now?: number;
  readonly machine?: string;
  readonly staleMs?: number;
}

/** What a beat says beside its time, which is the file's own. */
interface Beat {
  readonly session: string;
  readonly machine: string;
  readonly pid?: number;
  /** When that process began, in the system's own count: a number given again to another process is no life. */
  readonly startTime?: string;
}

/** Shows that a session is there. Not synced: after a power cut nobody is. */
export function touchHeartbeat(planning: string, session: string, options: BeatOptions = {}): Result<void> {
  const key = parseSessionKey(session);
  if (key === undefined) return refused("malformed-session", "A session is named <host>:<id>.");
  const folder = makeFolder(planning, ".local", "heartbeats");
  if (!folder.ok) return folder;
  const path = join(folder.value, beatName(key));
  const pid = options.pid ?? pidFrom(options.env ?? process.env);
  const startTime = pid === undefined ? undefined : startTimeOf(pid);
  const beat: Beat = {
    session: key,
    machine: options.machine ?? thisMachine(),
    ...(pid !== undefined && { pid }),
    ...(startTime !== undefined && { startTime }),
  };
  const text = `${JSON.stringify(beat)}\n`;
  const isPlain = lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;
  if (!isPlain || readSmallFile(path) !== text) {
    const written = writeFileAtomic(path, text, { mode: 0o600 });
    if (!written.ok) return written;
  }
  return setTime(path, options.now ?? Date.now());
}

/** Whether a session still runs, by its process where one is known, else by when it was last heard of. */
export function isAlive(planning: string, session: string, options: LivenessOptions = {}): Liveness {
  const { now = Date.now(), machine = thisMachine(), staleMs = STALE_MS } = options;
  const path = join(planning, ".local", "heartbeats", beatName(parseSessionKey(session) ?? session));
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats?.isFile() !== true) return "stale";
  const beat = parseBeat(readSmallFile(path));
  if (beat === undefined) return "stale";
  if (beat.machine !== machine) return "unknown";
  if (beat.pid !== undefined) return isRunning(beat.pid, beat.startTime) ? "alive" : "gone";
  const silentMs = now - stats.mtimeMs;
  return silentMs <= staleMs && silentMs >= -BELIEVABLE_AHEAD_MS ? "alive" : "stale";
}

/** `isAlive` for the holders of bindings; one bound on another machine that left no beat here is unknown, not stale. */
export function livenessIn(planning: string, options: LivenessOptions = {}): LivenessOf {
  const { machine = thisMachine() } = options;
  return (binding) => {
    const liveness = isAlive(planning, binding.session, { ...options, machine });
    const isElsewhere = binding.machine !== undefined && binding.machine !== machine;
    return liveness === "stale" && isElsewhere ? "unknown" : liveness;
  };
}

/** Removes the beats of sessions long silent, but none whose process runs; says how many. */
export function sweepHeartbeats(planning: string, olderThanMs: number, options: LivenessOptions = {}): number {
  const { now = Date.now(), machine = thisMachine() } = options;
  const folder = join(planning, ".local", "heartbeats");
  return sweepFiles(folder, (name, stats) => {
    if (!BEAT.test(name) || now - stats.mtimeMs <= olderThanMs) return false;
    const beat = parseBeat(readSmallFile(join(folder, name)));
    const isOurs = beat?.machine === machine;
    return !(isOurs && beat.pid !== undefined && isRunning(beat.pid, beat.startTime));
  });
}

/** The name of a session's beat. */
export const beatName = (session: string): string => `${fileNameOf(session)}.beat`;

/** When a process began, in clock ticks since the machine's start; undefined where that cannot be read. */
export function startTimeOf(pid: number): string | undefined {
  return statOf(pid)?.startTime;
}

function setTime(path: string, now: number): Result<void> {
  try {
    utimesSync(path, now / 1_000, now / 1_000);
    return ok(undefined);
  } catch {
    return refused("cannot-write", `The heartbeat ${path} could not be touched.`, { place: path });
  }
}

function pidFrom(env: Readonly<Record<string, string | undefined>>): number | undefined {
  const text = env["HOLDFAST_PID"];
  return text !== undefined && /^[1-9]\d{0,9}$/.test(text) ? Number(text) : undefined;
}

function parseBeat(text: string | undefined): Beat | undefined {
  if (text === undefined) return undefined;
  try {
    const { session, machine, pid, startTime } = JSON.parse(text) as Record<string, unknown>;
    if (typeof session !== "string" || typeof machine !== "string") return undefined;
    return {
      session,
      machine,
      ...(typeof pid === "number" && Number.isSafeInteger(pid) && pid > 0 && { pid }),
      ...(typeof startTime === "string" && { startTime }),
    };
  } catch {
    return undefined;
  }
}

function isRunning(pid: number, startTime: string | undefined): boolean {
  if (!exists(pid)) return false;
  const stat = statOf(pid);
  if (stat === undefined) return true;
  // A zombie has run.
  return stat.state !== "Z" && (startTime === undefined || stat.startTime === startTime);
}

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // It is there, but somebody else's.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function statOf(pid: number): { readonly state: string; readonly startTime: string } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The name in parentheses may hold anything, parentheses and spaces too.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const [state, startTime] = [fields[0], fields[19]];
    return state === undefined || startTime === undefined ? undefined : { state, startTime };
  } catch {
    return undefined;
  }
}
