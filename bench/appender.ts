/** One of the processes that write at once: `node appender.mjs <what> <folder> <worker> <from> <until> [task]`. */
import { closeSync, constants, fdatasyncSync, fstatSync, openSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { mintRecordId } from "../src/journal/ids.ts";
import { openJournal } from "../src/journal/journal.ts";
import { planReducer } from "../src/plan/evolve/evolve.ts";
import type { Author, CloneId } from "../src/plan/record.ts";
import { Workspace } from "../src/engine/workspace.ts";
import { performOn } from "../src/engine/perform.ts";

const [what = "", folder = "", worker = "", from = "0", until = "0", task = ""] = process.argv.slice(2);
const begin = Number(from);
const end = Number(until);
const by: Author = { session: `bench:${worker}`, role: "writer" };
let count = 0;

/** Whether to write once more. What was written before the beginning warmed the program up and does not count. */
function isTime(): boolean {
  const now = Date.now();
  if (now < begin) count = 0;
  return now < end;
}

/** A record like those that are folded, with as many fields and bytes. */
const LINE = `\n${JSON.stringify({
  format: 1,
  id: "01m7w7fdj89mtkzkddaq",
  clone: "c00000000",
  at: 1_763_633_000_000,
  time: 1_763_633_000_000,
  by,
  seen: {},
  prefix: [100_000, "x".repeat(64)],
  events: [{ type: "task.logged", task: "01m7w7fdj89mtkzkddaq.1", text: "did another small thing" }],
})}\n`;

/** The floor: the same bytes, appended and synced, with nothing read and nothing answered. */
function appendBare(): void {
  const fd = openSync(join(folder, "bare.jsonl"), constants.O_WRONLY | constants.O_APPEND);
  for (; isTime(); count += 1) {
    writeSync(fd, LINE);
    fdatasyncSync(fd);
  }
  closeSync(fd);
}

/** The floor of answering by a fold: as bare, and what the others wrote is read and parsed, and nothing made of it. */
function appendAndParse(): void {
  const fd = openSync(join(folder, "parse.jsonl"), constants.O_RDWR | constants.O_APPEND);
  let at = 0;
  for (; isTime(); count += 1) {
    writeSync(fd, LINE);
    fdatasyncSync(fd);
    const bytes = Buffer.allocUnsafe(fstatSync(fd).size - at);
    const read = readSync(fd, bytes, 0, bytes.length, at);
    const end = bytes.lastIndexOf(0x0a, read - 1) + 1;
    for (const line of bytes.toString("utf8", 0, end).split("\n")) if (line !== "") JSON.parse(line);
    at += end;
  }
  closeSync(fd);
}

function appendAndFold(): void {
  const opened = openJournal({ clone: "c00000000" as CloneId, dir: folder, reducer: planReducer });
  if (!opened.ok) throw new Error(opened.refusal.message);
  const journal = opened.value;
  for (; isTime(); count += 1) {
    const at = Date.now();
    const events = [{ type: "task.logged", task, text: "did another small thing" }];
    const answer = journal.append({ id: mintRecordId(at), at, by, events });
    if (!answer.ok || answer.value.status !== "accepted") throw new Error(JSON.stringify(answer));
  }
}

async function appendAndProject(): Promise<void> {
  const env = { ...process.env, HOLDFAST_SESSION: by.session };
  const workspace = await Workspace.open({ cwd: folder, env });
  if (!workspace.ok) throw new Error(workspace.refusal.message);
  const store = workspace.value.plan(undefined);
  if (!store.ok) throw new Error(store.refusal.message);
  for (; isTime(); count += 1) {
    const done = await performOn(store.value, { type: "log-task", id: "T1", text: "did another small thing" });
    if (!done.ok) throw new Error(done.refusal.message);
  }
}

if (what === "bare") appendBare();
else if (what === "parse") appendAndParse();
else if (what === "fold") appendAndFold();
else await appendAndProject();
process.stdout.write(String(count));
