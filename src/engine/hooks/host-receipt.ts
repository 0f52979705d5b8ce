import { readdirSync, readFileSync, statSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { utf8Length } from "../../context/measure.ts";
import { makeFolder, writeFileAtomic } from "../../workspace/files.ts";
import { fileNameOf } from "../../workspace/file-name.ts";
import type { HostEvent, HostName, HostReply } from "./host-event.ts";

/** What came of the last event of one kind. */
export interface EventReceipt {
  readonly at: number;
  /** How much was handed to the host to put before the model; proof of sending, not of arrival. */
  readonly bytes: number;
  readonly error?: string;
}

/** What a session's hooks did last, by kind of event. */
export interface Receipt {
  readonly host: HostName;
  readonly session: string;
  readonly events: Readonly<Partial<Record<HostEvent["type"], EventReceipt>>>;
}

const KEPT = 50;
const LONGEST_ERROR = 400;

/** Notes what came of an event. Where that cannot be written, nobody hears of it. */
export function writeReceipt(planning: string, event: HostEvent, entry: EventReceipt): void {
  const folder = makeFolder(planning, ".local", "receipts");
  if (!folder.ok) return;
  const path = join(folder.value, `${fileNameOf(event.session)}.json`);
  const events = { ...readReceipt(path)?.events };
  const error = entry.error === undefined ? {} : { error: entry.error.slice(0, LONGEST_ERROR) };
  events[event.type] = { at: entry.at, bytes: entry.bytes, ...error };
  const receipt: Receipt = { host: event.host, session: event.session, events };
  writeFileAtomic(path, `${JSON.stringify(receipt)}\n`, { mode: 0o600 });
  if (event.type === "session-started") sweep(folder.value);
}

/** Notes what was said to a host, and what went wrong. Nothing hangs on it. */
export function leaveReceipt(
  planning: string,
  event: HostEvent,
  { context, deny, prompt, goOn }: HostReply,
  at: number,
  failure?: unknown,
): void {
  const bytes = [context, deny, prompt, goOn].reduce((sum, text) => sum + utf8Length(text ?? ""), 0);
  const error = failure === undefined ? {} : { error: failure instanceof Error ? failure.message : "unknown" };
  try {
    writeReceipt(planning, event, { at, bytes, ...error });
  } catch {
    // It is for looking up what went wrong.
  }
}

/** The receipts of a workspace, of the sessions heard of last first. What cannot be read is left out. */
export function readReceipts(planning: string): readonly Receipt[] {
  const folder = join(planning, ".local", "receipts");
  return filesOf(folder).flatMap(({ path }) => readReceipt(path) ?? []);
}

function readReceipt(path: string): Receipt | undefined {
  try {
    const receipt = JSON.parse(readFileSync(path, "utf8")) as Partial<Receipt> | null;
    const isReceipt = typeof receipt?.session === "string" && typeof receipt.events === "object";
    return isReceipt && receipt.events !== null ? (receipt as Receipt) : undefined;
  } catch {
    return undefined;
  }
}

function sweep(folder: string): void {
  for (const { path } of filesOf(folder).slice(KEPT)) {
    try {
      unlinkSync(path);
    } catch {
      // Somebody else swept it.
    }
  }
}

/** The latest first. */
function filesOf(folder: string): readonly { readonly path: string; readonly at: number }[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(".json"))
      .map((name) => join(folder, name))
      .map((path) => ({ path, at: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
      .sort((a, b) => b.at - a.at);
  } catch {
    return [];
  }
}
