import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { makeRepository, tempDir, valueOf } from "../../workspace/git-fixture.ts";
import { perform } from "../perform.ts";
import { createPlan } from "../plans/plans.ts";
import { proveChecks } from "./prove.ts";
import { Workspace } from "../workspace.ts";

afterEach(() => {
  vi.useRealTimers();
});

test("a session shows itself while its checks run, however long that takes", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  const root = makeRepository(join(tempDir(), "repo"));
  const home = tempDir();
  const go = join(home, "go");
  const env = { HOME: home, XDG_STATE_HOME: home, PATH: process.env["PATH"], HOLDFAST_SESSION: "test:a" };
  const workspace = valueOf(await Workspace.open({ cwd: root, env }));
  valueOf(await createPlan(workspace, { slug: "prove", title: "Prove it" }));
  const wait = `const t = setInterval(() => { if (require("fs").existsSync("${go}")) clearInterval(t); }, 5)`;
  const fields = { kind: "command", command: [process.execPath, "-e", wait] } as const;
  valueOf(await perform(workspace, "prove", { type: "add-check", check: "slow", fields }));
  const beats = join(root, ".planning", ".local", "heartbeats");
  rmSync(beats, { recursive: true });
  const seen: string[] = [];
  const proved = await proveChecks(
    workspace,
    "prove",
    {},
    {
      onStart: () => {
        vi.advanceTimersByTime(60_000);
        if (existsSync(beats)) seen.push(...readdirSync(beats));
        writeFileSync(go, "");
      },
    },
  );
  expect(valueOf(proved).proved[0]?.evidence.outcome).toBe("passed");
  expect(seen).toHaveLength(1);
  workspace.close();
});
