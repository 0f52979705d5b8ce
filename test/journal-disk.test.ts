import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  add,
  CLONE_B,
  draft,
  must,
  openToy,
  replay,
  tempDir,
  toyOptions,
  writeElsewhere,
} from "../src/journal/fixtures.ts";
import { openJournal } from "../src/journal/journal.ts";
import { withOrdinal } from "../src/journal/line.ts";

interface Disk extends Disposable {
  readonly path: string;
  readonly makeReadOnly: () => void;
}

/** A small disk of our own; undefined where this account may not mount one. */
function mountDisk(dir: string, size: string): Disk | undefined {
  const path = `${dir}/disk`;
  mkdirSync(path);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", path], { stdio: "pipe" });
  } catch {
    return undefined;
  }
  return {
    path,
    makeReadOnly: () => execFileSync("mount", ["-o", "remount,ro", path], { stdio: "pipe" }),
    [Symbol.dispose]: () => execFileSync("umount", ["--lazy", path], { stdio: "pipe" }),
  };
}

const canMount = (() => {
  using dir = tempDir();
  using disk = mountDisk(dir.path, "64k");
  return disk !== undefined;
})();
const isRequired = Boolean(process.env["CI"]);
if (!canMount && !isRequired)
  process.stderr.write("Tests on small disks are skipped: this account may not mount one.\n");

function needDisk(dir: string, size: string): Disk {
  return mountDisk(dir, size) ?? expect.fail("This account may not mount a disk, and these tests must run in CI.");
}

test.skipIf(!canMount && !isRequired)(
  "on a full disk nothing is acknowledged that is not kept, and room brings it back to work",
  () => {
    using dir = tempDir();
    using disk = needDisk(dir.path, "256k");
    const filler = `${disk.path}/filler`;
    writeFileSync(filler, Buffer.alloc(128 * 1024));
    const journal = openToy(disk.path);
    const acknowledged: string[] = [];
    const reasons = new Set<string>();
    for (let i = 0; i < 400 && reasons.size === 0; i++) {
      const each = draft([{ type: "noted", text: "x".repeat((i * 37) % 1500) }]);
      const answer = journal.append(each);
      if (answer.ok) acknowledged.push(each.id);
      else reasons.add(answer.refusal.reason);
    }
    expect(acknowledged.length).toBeGreaterThan(10);
    expect([...reasons][0]).toMatch(/^(disk-full|outcome-unknown)$/);
    expect(journal.writeSnapshot().ok).toBe(false);
    rmSync(filler);
    const last = add(1);
    must(journal.append(last));
    acknowledged.push(last.id);
    const kept = replay(disk.path).log.map((entry) => entry.split(":")[3]);
    expect(kept.filter((id) => acknowledged.includes(id ?? ""))).toEqual(acknowledged);
    must(journal.writeSnapshot());
    expect(openToy(disk.path).state).toEqual(replay(disk.path));
    journal.close();
  },
);

test.skipIf(!canMount && !isRequired)(
  "on a read-only disk a journal is read, published records wait, and a write is refused",
  () => {
    using dir = tempDir();
    using disk = needDisk(dir.path, "256k");
    const journal = openToy(disk.path);
    must(journal.append(add(1)));
    journal.close();
    mkdirSync(`${disk.path}/published`);
    const [line = ""] = writeElsewhere(CLONE_B, [add(2)]);
    writeFileSync(`${disk.path}/published/${CLONE_B}.jsonl`, `${withOrdinal(line, 1)}\n`);
    disk.makeReadOnly();
    const reader = must(openJournal(toyOptions(disk.path, { published: `${disk.path}/published` })));
    must(reader.refresh());
    expect(reader.state.sum).toBe(1);
    expect(reader.problems).toMatchObject([{ reason: "absorb-failed", clone: CLONE_B }]);
    const refusal = reader.append(add(4));
    expect(refusal).toMatchObject({ ok: false, refusal: { reason: "read-only" } });
    expect(JSON.stringify(refusal)).toContain("Nothing was acknowledged");
    reader.close();
  },
);
