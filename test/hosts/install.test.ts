import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect } from "vitest";
import { COMMANDS } from "../../src/hosts/skill/commands.ts";
import { firstOf, when } from "../../src/hosts/model-server/turn.ts";
import { claudeCommand, runClaude } from "./kit/claude.ts";
import { codexCommand, runCodex } from "./kit/codex.ts";
import { HOSTS, mentions, timesIn } from "./kit/hosts.ts";
import { runOpenCode } from "./kit/opencode.ts";
import { projectRoot } from "./kit/root.ts";
import { trustAll } from "./kit/trust.ts";
import { describeOn, worldTest as test } from "./kit/world-test.ts";
import type { World } from "./kit/world.ts";

const SKILL = "Keeps the plan of long work outside the chat";
const RULE = "is planned with Holdfast";
const OPEN = "is open here";

/** OpenCode ends a run of one prompt before its turn's end is told. */
const LATE = { claude: ["turn-ended"], codex: ["turn-ended"], opencode: [] } as const;

/** A person's typing of the command `plan`. */
const TYPED = {
  claude: (world: World) => runClaude(world, "/holdfast:plan more"),
  codex: (world: World) => runCodex(world, "$holdfast-plan more"),
  opencode: (world: World) => runOpenCode(world, "more", { args: ["--command", "holdfast-plan"] }),
} as const;

/** Files of a host's that are there before and after, but for what the host itself keeps up. */
const settingsIn = (...folders: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    folders.flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: "utf8" })
        .map((name) => join(folder, name))
        .filter((path) => statSync(path).isFile() && !/\/(?:\.planning|\.cache|state)\/|\/\.git\/(?!info)/.test(path))
        .map((path) => [path, readFileSync(path, "latin1")]),
    ),
  );

const receipts = (world: World, host: string): readonly string[] => {
  const folder = join(world.project, ".planning", ".local", "receipts");
  const files = existsSync(folder) ? readdirSync(folder) : [];
  const texts = files.map((name) => readFileSync(join(folder, name), "utf8"));
  return texts
    .map((text) => JSON.parse(text) as { host: string; events: object })
    .flatMap((receipt) => (receipt.host === host ? Object.keys(receipt.events) : []));
};

const ALL = HOSTS.map(({ cli }) => cli).join(",");

/** Puts the hooks of the first version in the place of this one's. */
function makeOlder(world: World, file: string, host: "claude" | "codex"): void {
  const older = join(projectRoot, "test", "cli", "older-install", `${host}-hooks.json`);
  const launcher = join(world.home, ".local", "share", "holdfast", "holdfast");
  const hooks: unknown = JSON.parse(readFileSync(older, "utf8").replaceAll("LAUNCHER", launcher));
  const settings = JSON.parse(readFileSync(file, "utf8")) as object;
  writeFileSync(file, JSON.stringify({ ...settings, hooks }));
}

for (const host of HOSTS.filter(({ cli }) => cli !== "opencode")) {
  describeOn([host.cli], "hooks that an older version wrote", () => {
    test("work with this one: context arrives, a task is claimed for a subagent and closed by its end", async ({
      world,
    }) => {
      await world.did("init", "--yes", "--host", host.cli);
      if (host.cli === "claude") makeOlder(world, join(world.project, ".claude", "settings.local.json"), "claude");
      else makeOlder(world, join(world.home, ".codex", "hooks.json"), "codex");
      if (host.cli === "codex") await trustAll(world);
      await world.did("plan", "new", "Parse dates", "--slug", "dates");
      await world.did("task", "add", "Read the year", "--id", "T1");
      const talk = await host.open(world);
      await world.did("session", "bind", "dates", "--session", talk.session);
      const agent = when({ isSubagent: true }, () => ({ text: "Result: blocked: no network" }));
      world.model.use(firstOf(agent, host.spawn("Task ID: T1\nRead the year.")));
      await talk.say("go");
      await talk.end();
      expect(timesIn(world.model.requests[0], "Parse dates")).toBeGreaterThan(0);
      const { task } = JSON.parse(await world.did("task", "show", "T1", "--json")) as { readonly task: object };
      expect(task).toMatchObject({ status: "blocked", attempts: [{ end: "blocked", note: "no network" }] });
    });
  });
}

for (const host of HOSTS) {
  describeOn([host.cli], "what init writes", () => {
    test.for(["for oneself", "--shared"])(
      "is accepted (%s): context, rule, skill and tools reach the model",
      async (way, { world }) => {
        // What one host is given must not cost another anything.
        await world.did("init", "--yes", "--host", ALL, ...(way === "--shared" ? [way] : []));
        await world.did("plan", "new", "Parse dates", "--slug", "dates");
        const run = await host.run(world, "hello");
        expect(run.code).toBe(0);
        const [first] = world.model.requests;
        for (const text of [OPEN, RULE, SKILL]) expect([text, mentions(first, text)]).toEqual([text, true]);
        expect(first?.tools).toContain(host.toolName("plan_read"));
        expect(first?.tools).not.toContain(host.toolName("hook"));
        // Commands cost nothing until a person types one.
        expect(mentions(first, "Change or refine the plan in hand")).toBe(false);
        expect(receipts(world, host.cli)).toEqual(
          expect.arrayContaining(["session-started", "prompt-submitted", ...LATE[host.cli], "session-ended"]),
        );
      },
    );

    test("a command that a person types is there", async ({ world }) => {
      await world.did("init", "--yes", "--host", host.cli);
      await world.did("plan", "new", "Parse dates", "--slug", "dates");
      await TYPED[host.cli](world);
      expect(timesIn(world.model.requests[0], "Refine the plan in hand; implement nothing")).toBeGreaterThan(0);
    });

    test("does nothing, and says nothing of an error, to somebody who has no Holdfast", async ({ world }) => {
      await world.did("init", "--yes", "--shared", "--host", host.cli);
      rmSync(join(world.home, ".local"), { recursive: true });
      rmSync(join(world.env["PATH"]!.split(":")[0]!, "holdfast"));
      const run = await host.run(world, "hello");
      expect(run.code).toBe(0);
      expect(run.stdout).not.toMatch(/holdfast[^"]*(?:failed|error)/i);
      expect(mentions(world.model.requests[0], OPEN)).toBe(false);
      expect(world.model.requests[0]?.tools.filter((name) => name.includes("holdfast"))).toEqual([]);
    });

    test("is gone after uninstall, to the byte; plans stay", async ({ world }) => {
      await world.did("init", "--host", "none");
      await world.did("plan", "new", "Parse dates", "--slug", "dates");
      const before = settingsIn(world.home, world.project);
      await world.did("init", "--yes", "--host", host.cli);
      await world.did("uninstall", "--yes");
      expect(settingsIn(world.home, world.project)).toEqual(before);
      expect(existsSync(join(world.project, ".planning", "dates", "state.json"))).toBe(true);
    });
  });
}

describeOn(["claude"], "what init writes", () => {
  test("is gone after uninstall also when the host has written to its files since", async ({ world }) => {
    await world.did("init", "--yes", "--host", "claude");
    await runClaude(world, "hello");
    await world.did("uninstall", "--yes");
    expect(readFileSync(join(world.home, ".claude.json"), "utf8")).not.toContain("holdfast mcp");
    await runClaude(world, "hello again");
    for (const text of [RULE, SKILL, "plan_write"]) expect(mentions(world.model.requests.at(-1), text)).toBe(false);
  });
});

describeOn(["codex"], "what init writes", () => {
  test("is run only once a person has trusted it; doctor knows, also after an update", async ({ world }) => {
    await world.did("init", "--yes", "--host", "codex");
    await world.did("plan", "new", "Parse dates", "--slug", "dates");
    const prompt = ["exec", "--skip-git-repo-check", "hello"];
    await codexCommand(world, prompt);
    expect(mentions(world.model.requests[0], OPEN)).toBe(false);
    expect(await trustFinding(world)).toMatchObject({ level: "problem" });

    await trustAll(world);
    expect(await trustFinding(world)).toMatchObject({ level: "ok" });
    await codexCommand(world, prompt);
    expect(mentions(world.model.requests.at(-1), OPEN)).toBe(true);

    await world.did("init", "--yes", "--host", "codex");
    await codexCommand(world, prompt);
    expect(mentions(world.model.requests.at(-1), OPEN)).toBe(true);

    const file = join(world.home, ".codex", "hooks.json");
    writeFileSync(file, readFileSync(file, "utf8").replace('"timeout": 10', '"timeout": 11'));
    expect(await trustFinding(world)).toMatchObject({
      level: "problem",
      message: expect.stringContaining("1 of 13 hooks say something else than what was trusted") as unknown,
    });
  });
});

async function trustFinding(world: World): Promise<unknown> {
  const { stdout } = await world.holdfast("doctor", "--json");
  const { findings } = JSON.parse(stdout) as { readonly findings: readonly { readonly check: string }[] };
  return findings.find(({ check }) => check === "Codex trust");
}

describeOn(["claude", "codex", "opencode"], "the plugins of the packed package", () => {
  let folder = "";
  let unpacked = "";

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "holdfast-packed-"));
    const options = { cwd: projectRoot, encoding: "utf8", shell: process.platform === "win32" } as const;
    execFileSync("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder], options);
    const [tarball = ""] = readdirSync(folder);
    execFileSync("tar", ["-xzf", tarball], { cwd: folder });
    unpacked = join(folder, "holdfast");
    renameSync(join(folder, "package"), unpacked);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("are valid, install and work in Claude Code", async ({ world }) => {
    await world.did("plan", "new", "Parse dates", "--slug", "dates");
    rmSync(join(world.env["PATH"]!.split(":")[0]!, "holdfast"));
    for (const words of [
      ["validate", unpacked],
      ["validate", join(unpacked, "plugins", "claude")],
      ["marketplace", "add", unpacked],
      ["install", "holdfast@holdfast", "--scope", "user"],
    ]) {
      const { code, stdout, stderr } = await claudeCommand(world, ["plugin", ...words]);
      expect({ words, code, warned: /⚠|✘/.test(stdout + stderr) }).toEqual({ words, code: 0, warned: false });
    }
    await runClaude(world, "hello");
    const request = world.model.requests.at(-1);
    for (const text of [OPEN, SKILL]) expect([text, mentions(request, text)]).toEqual([text, true]);
    expect(request?.tools).toContain("mcp__plugin_holdfast_holdfast__plan_read");
    expect(receipts(world, "claude")).toEqual(expect.arrayContaining(["prompt-submitted", "turn-ended"]));
    const init = await world.did("init", "--yes", "--host", "claude");
    expect(init).toContain("the plugin holdfast@holdfast is enabled and does the rest");
    expect(existsSync(join(world.project, ".claude", "settings.local.json"))).toBe(false);
  });

  test("install and work in Codex", async ({ world }) => {
    await world.did("plan", "new", "Parse dates", "--slug", "dates");
    for (const words of [
      ["marketplace", "add", unpacked],
      ["add", "holdfast@holdfast"],
    ]) {
      expect((await codexCommand(world, ["plugin", ...words])).code).toBe(0);
    }
    await runCodex(world, "hello");
    const [request] = world.model.requests;
    for (const text of [OPEN, SKILL]) expect([text, mentions(request, text)]).toEqual([text, true]);
    expect(request?.tools).toContain("mcp__holdfast.plan_read");
    expect(receipts(world, "codex")).toEqual(expect.arrayContaining(["prompt-submitted", "turn-ended"]));
  });

  test("are a plugin of OpenCode, too", async ({ world }) => {
    await world.did("plan", "new", "Parse dates", "--slug", "dates");
    const file = join(world.home, ".config", "opencode", "opencode.json");
    const config = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
    writeFileSync(file, JSON.stringify({ ...config, plugin: [`file://${unpacked}`] }));
    const { code } = await runOpenCode(world, "hello");
    expect(code).toBe(0);
    const [request] = world.model.requests;
    expect(mentions(request, OPEN)).toBe(true);
    expect(request?.tools).toContain("holdfast_plan_read");
  });
});

describeOn(["claude"], "what is offered to a person", () => {
  test("is each command, once", async ({ world }) => {
    await world.did("init", "--yes", "--host", "claude");
    await world.did("plan", "new", "Parse dates", "--slug", "dates");
    const { messages } = await runClaude(world, "hello");
    const offered = messages.find(({ subtype }) => subtype === "init")?.["slash_commands"] as readonly string[];
    const ours = offered.filter((name) => name.includes("holdfast") && name !== "holdfast");
    expect(ours.toSorted()).toEqual(COMMANDS.map(({ name }) => `holdfast:${name}`).toSorted());
  });
});
