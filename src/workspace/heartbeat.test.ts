import { spawn } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Binding } from "./facts.ts";
import { beatName, isAlive, livenessIn, STALE_MS, startTimeOf, sweepHeartbeats, touchHeartbeat } from "./heartbeat.ts";

const SESSION = "claude:0b5c1e7a-1111-4222-8333-444455556666";
const T = 1_700_000_000_000;

let planning: string;
beforeEach(() => (planning = mkdtempSync(join(tmpdir(), "holdfast-heartbeat-"))));
afterEach(() => rmSync(planning, { recursive: true, force: true }));

const beats = () => join(planning, ".local", "heartbeats");
const beatFile = (session = SESSION) => join(beats(), beatName(session));
const touch = (more: object = {}, session = SESSION) => touchHeartbeat(planning, session, { now: T, env: {}, ...more });
const alive = (more: object = {}, session = SESSION) => isAlive(planning, session, { now: T, ...more });

/** A process that runs until it is ended; `then` gets its number. */
const withProcess = async (then: (pid: number, end: () => Promise<void>) => Promise<void> | void): Promise<void> => {
  const child = spawn(process.execPath, ["-e", "process.stdout.write('up'); setInterval(() => {}, 1e6)"]);
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const end = () => (child.kill("SIGKILL"), closed);
  try {
    await new Promise((resolve) => child.stdout.once("data", resolve));
    await then(child.pid!, end);
  } finally {
    await end();
  }
};

describe("a session of which no process is known", () => {
  test("is alive until it has been silent too long", () => {
    expect(touch().ok).toBe(true);
    expect(alive({ now: T + STALE_MS })).toBe("alive");
    expect(alive({ now: T + STALE_MS + 1 })).toBe("stale");
    expect(alive({ now: T + 11, staleMs: 10 })).toBe("stale");
  });

  test("is kept alive by touching, which leaves the file in place", () => {
    touch();
    const before = statSync(beatFile());
    touch({ now: T + STALE_MS });
    expect(alive({ now: T + STALE_MS + 1 })).toBe("alive");
    expect(statSync(beatFile()).ino).toBe(before.ino);
  });

  test("is not made stale by a clock set back, nor kept by a time that no clock had", () => {
    touch();
    expect(alive({ now: T - 3_600_000 })).toBe("alive");
    expect(alive({ now: T - 365 * 24 * 3_600_000 })).toBe("stale");
  });

  test("was never heard of, or left something else, is stale", () => {
    expect(alive()).toBe("stale");
    touch();
    for (const text of ["", "null", "[]", '{"session":1}', "x".repeat(100_000)]) {
      writeFileSync(beatFile(), text);
      utimesSync(beatFile(), T / 1_000, T / 1_000);
      expect(alive()).toBe("stale");
    }
  });

  test("is heard of again after its file was damaged", () => {
    touch();
    writeFileSync(beatFile(), "damaged");
    touch();
    expect(alive()).toBe("alive");
  });

  test("on another machine is unknown", () => {
    touch({ machine: "elsewhere" });
    expect(alive()).toBe("unknown");
    expect(alive({ machine: "elsewhere" })).toBe("alive");
  });

  test("and that was bound on another machine is unknown here, unless it was heard of", () => {
    const liveness = livenessIn(planning, { now: T, machine: "here" });
    const binding = { session: SESSION, plan: "alpha", role: "writer", at: 0, renewedAt: 0, leaseMs: 1 } as Binding;
    expect(liveness({ ...binding, machine: "elsewhere" })).toBe("unknown");
    expect(liveness({ ...binding, machine: "here" })).toBe("stale");
    expect(liveness(binding)).toBe("stale");
    touch({ machine: "here" });
    expect(liveness({ ...binding, machine: "elsewhere" })).toBe("alive");
  });

  test("is known under its host's former name too", () => {
    touch({}, "traecli:x");
    expect(alive({}, "trae:x")).toBe("alive");
    expect(alive({}, "traecli:x")).toBe("alive");
  });
});

describe("a session whose process is known", () => {
  test("is alive however long it is silent, and gone as soon as the process is", async () => {
    await withProcess(async (pid, end) => {
      touch({ pid });
      expect(alive({ now: T + 100 * STALE_MS })).toBe("alive");
      await end();
      expect(alive()).toBe("gone");
    });
  });

  test("is named by HOLDFAST_PID, where that is a number", async () => {
    await withProcess((pid) => {
      touch({ env: { HOLDFAST_PID: String(pid) } });
      expect(JSON.parse(readFileSync(beatFile(), "utf8"))).toMatchObject({ pid });
      for (const text of ["0", "-1", "1e3", "x", "", "99999999999999999999"]) {
        touch({ env: { HOLDFAST_PID: text } });
        expect(JSON.parse(readFileSync(beatFile(), "utf8"))).not.toHaveProperty("pid");
      }
    });
  });

  test.skipIf(process.platform !== "linux")("is gone where its number was given to another process", () => {
    touch({ pid: process.pid });
    expect(alive()).toBe("alive");
    const beat = JSON.parse(readFileSync(beatFile(), "utf8")) as object;
    expect(beat).toMatchObject({ startTime: startTimeOf(process.pid) });
    writeFileSync(beatFile(), JSON.stringify({ ...beat, startTime: "1" }));
    expect(alive()).toBe("gone");
  });

  test.skipIf(process.platform !== "linux")("is gone where it has ended and nobody has looked yet", async () => {
    const child = spawn("/bin/sh", ["-c", "sleep 0.3 & echo $!; exec sleep 600"]);
    try {
      const pid = await new Promise<number>((resolve) =>
        child.stdout.once("data", (chunk: Buffer) => resolve(Number(chunk))),
      );
      touch({ pid });
      await expect.poll(() => alive(), { interval: 5, timeout: 10_000 }).toBe("gone");
      expect(startTimeOf(pid)).toBeDefined();
    } finally {
      child.kill("SIGKILL");
    }
  });

  test("whose process belongs to somebody else is alive", () => {
    touch({ pid: 1 });
    expect(alive()).toBe("alive");
  });
});

describe("names", () => {
  const key = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}:[A-Za-z0-9._@:+-]{1,128}$/);

  test("are safe on every file system, and two sessions never share one, even without regard to case", () => {
    fc.assert(
      fc.property(key, key, (one, other) => {
        expect(beatName(one)).toMatch(/^[a-z0-9_-]{1,210}\.beat$/);
        expect(beatName(one) === beatName(other)).toBe(one === other);
      }),
    );
    expect(beatName("claude:A")).not.toBe(beatName("claude:a"));
    expect(beatName("claude:..")).not.toContain("..");
  });

  test("a malformed session is refused and leaves nothing", () => {
    expect(touch({}, "../../evil")).toMatchObject({ refusal: { reason: "malformed-session" } });
    expect(readdirSync(planning)).toEqual([]);
  });

  test("a folder that leads elsewhere is not written to", () => {
    const elsewhere = join(planning, "elsewhere");
    mkdirSync(join(planning, ".local"));
    mkdirSync(elsewhere);
    symlinkSync(elsewhere, beats());
    expect(touch()).toMatchObject({ refusal: { reason: "not-a-folder" } });
    expect(readdirSync(elsewhere)).toEqual([]);
  });
});

describe("sweeping", () => {
  test("removes what was long silent, but no live process and nothing that is not ours", async () => {
    await withProcess((pid) => {
      touch({}, "claude:old");
      touch({ pid }, "claude:running");
      touch({ now: T + 900 }, "claude:young");
      writeFileSync(join(beats(), "README"), "mine");
      utimesSync(join(beats(), "README"), 1, 1);
      expect(sweepHeartbeats(planning, 500, { now: T + 1_000 })).toBe(1);
      const left = ["claude:running", "claude:young"].map(beatName);
      expect(readdirSync(beats()).sort()).toEqual([...left, "README"].sort());
    });
  });

  test("finds nothing where there is nothing", () => {
    expect(sweepHeartbeats(planning, 0)).toBe(0);
  });
});
