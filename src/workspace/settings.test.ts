import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { listStartupImports, tempDir, writeFiles } from "./git-fixture.ts";
import { DEFAULT_SETTINGS, loadSettings, SETTINGS, SETTING_KEYS, settingsJsonSchema } from "./settings.ts";

const load = (text: string) => {
  const planning = tempDir();
  writeFileSync(join(planning, "holdfast.json"), text);
  return loadSettings({ planning });
};

describe("loadSettings", () => {
  it("is the defaults where nobody says otherwise", async () => {
    const planning = tempDir();
    const loaded = await loadSettings({ planning, env: { PATH: "x", HOLDFAST: "off" } });
    expect(loaded).toEqual({ settings: DEFAULT_SETTINGS, origins: {}, problems: [] });
  });

  it("loads no parser and no schema for that", async () => {
    const loaded = await listStartupImports("settings.ts");
    expect(loaded).toContain("src/workspace/settings.ts");
    expect(loaded.filter((path) => /zod|jsonc|settings-schema/.test(path))).toEqual([]);
  });

  it("reads JSON with comments, a trailing comma and a byte order mark", async () => {
    const { settings, origins, problems } = await load(`\uFEFF{
  // a comment
  "$schema": "./schema.json",
  "lease": "2h", /* another */
  "context": { "budgetTokens": 500 },
}`);
    expect(problems).toEqual([]);
    expect(settings).toEqual({ ...DEFAULT_SETTINGS, leaseMs: 7_200_000, contextBudgetTokens: 500 });
    expect(origins).toEqual({ lease: "holdfast.json:4:12", "context.budgetTokens": "holdfast.json:5:32" });
  });

  it("lets flags win over the environment, that over this clone's file, and that over the shared one", async () => {
    const planning = tempDir();
    writeFiles(planning, {
      "holdfast.json": '{"lease":"1m","onBlocked":"others","worktrees":"inside","context":{"maxBytes":1000}}',
      ".local/holdfast.json": '{"lease":"2m","onBlocked":"stop","worktrees":"beside"}',
    });
    const env = { HOLDFAST_LEASE: "3m", HOLDFAST_ON_BLOCKED: "others", HOLDFAST_WORKTREES: "" };
    const loaded = await loadSettings({ planning, env, flags: { lease: "4m" } });
    expect(loaded.problems).toEqual([]);
    expect(loaded.settings).toMatchObject({
      leaseMs: 240_000,
      onBlocked: "others",
      worktrees: "beside",
      contextMaxBytes: 1000,
    });
    expect(loaded.origins).toMatchObject({
      lease: "--lease",
      onBlocked: "HOLDFAST_ON_BLOCKED",
      worktrees: ".local/holdfast.json:1:46",
      "context.maxBytes": "holdfast.json:1:79",
    });
  });

  it.each([
    ['{\n  "leese": "1m"\n}', "holdfast.json:2:3", "`leese`", "lease"],
    ['{"context": {"budget": 1}}', "holdfast.json:1:14", "`context.budget`", "context.budgetTokens"],
    ['{"context.maxBytes": 1000}', "holdfast.json:1:2", "`context.maxBytes`", "context.maxBytes"],
    ['{"__proto__": {"x": 1}}', "holdfast.json:1:2", "`__proto__`", "One of journal.dir, lease, onBlocked"],
  ])("names what is unknown in %s", async (text, place, name, near) => {
    const { settings, problems } = await load(text);
    expect(settings).toEqual(DEFAULT_SETTINGS);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ reason: "bad-setting", place, message: expect.stringContaining(name) });
    expect(problems[0]?.hint).toContain(near);
  });

  it.each([
    ['{"lease": "0m"}', "holdfast.json:1:11"],
    ['{"lease": "8d"}', "holdfast.json:1:11"],
    ['{"lease": 15}', "holdfast.json:1:11"],
    ['{"lease": "1m\\n"}', "holdfast.json:1:11"],
    ['{"onBlocked": "wait"}', "holdfast.json:1:15"],
    ['{"context": {"maxBytes": 9501}}', "holdfast.json:1:26"],
    ['{"context": {"maxBytes": 1e999}}', "holdfast.json:1:26"],
    ['{"context": {"maxBytes": "1000"}}', "holdfast.json:1:26"],
    ['{"context": {"budgetTokens": 100.5}}', "holdfast.json:1:30"],
    ['{"context": {"budgetTokens": null}}', "holdfast.json:1:30"],
    ['{"context": 5}', "holdfast.json:1:2"],
    ['{"worktrees": {"x": 1}}', "holdfast.json:1:15"],
    ['{"lease": "1m", "lease": "1m"}', "holdfast.json:1:17"],
    ["[]", "holdfast.json:1:1"],
    ['{\n"lease": "1m"', "holdfast.json:2:14"],
    ["", "holdfast.json:1:1"],
  ])("names the place of what is bad in %s", async (text, place) => {
    const { problems } = await load(text);
    expect(problems[0]).toMatchObject({ place });
  });

  it("says in words what keeps a file from being JSON", async () => {
    const { problems } = await load('{"lease": "1m", 5}');
    expect(problems[0]?.message).toBe("holdfast.json is not JSON with comments: property name expected.");
  });

  it("keeps what is good beside what is bad", async () => {
    const { settings, problems } = await load('{"lease": "soon", "onBlocked": "others"}');
    expect(problems).toHaveLength(1);
    expect(settings).toEqual({ ...DEFAULT_SETTINGS, onBlocked: "others" });
  });

  it("names a bad variable and a bad flag", async () => {
    const env = { HOLDFAST_CONTEXT_MAX_BYTES: "many" };
    const { problems } = await loadSettings({ env, flags: { onBlocked: "x" } });
    expect(problems.map(({ place }) => place)).toEqual(["HOLDFAST_CONTEXT_MAX_BYTES", "--onBlocked"]);
    expect(problems[0]?.message).toContain("expected a whole number from 500 to 9500");
  });

  it("does not let a repository say where journals go", async () => {
    const { settings, problems } = await load('{"journal": {"dir": "/tmp/x"}}');
    expect(settings.journalDir).toBeUndefined();
    expect(problems[0]).toMatchObject({
      place: "holdfast.json:1:14",
      hint: expect.stringContaining("HOLDFAST_JOURNAL_DIR"),
    });
    const planning = tempDir();
    writeFiles(planning, { ".local/holdfast.json": '{"journal": {"dir": "/tmp/x"}}' });
    expect((await loadSettings({ planning })).settings.journalDir).toBe("/tmp/x");
    const relative = await loadSettings({ env: { HOLDFAST_JOURNAL_DIR: "x/y" } });
    expect(relative.problems[0]?.message).toContain("absolute path");
  });

  it("reads plain files of a sane size only", async () => {
    const planning = tempDir();
    const elsewhere = tempDir();
    writeFileSync(join(elsewhere, "x.json"), '{"onBlocked":"others"}');
    symlinkSync(join(elsewhere, "x.json"), join(planning, "holdfast.json"));
    mkdirSync(join(planning, ".local", "holdfast.json"), { recursive: true });
    const { settings, problems } = await loadSettings({ planning });
    expect(settings).toEqual(DEFAULT_SETTINGS);
    expect(problems.map(({ place }) => place)).toEqual(["holdfast.json", ".local/holdfast.json"]);
    expect((await load(`{}${" ".repeat(300_000)}`)).problems[0]?.message).toContain("larger");
  });
});

describe("the table", () => {
  it("gives defaults that are valid and are those in force", async () => {
    for (const key of SETTING_KEYS) {
      const { default: value, field } = SETTINGS[key];
      if (value === undefined) continue;
      const { settings, problems } = await loadSettings({ flags: { [key]: String(value) } });
      expect(problems).toEqual([]);
      expect(settings[field]).toBe(DEFAULT_SETTINGS[field]);
    }
  });

  it("makes the published schema", async () => {
    const schema = await settingsJsonSchema();
    expect(schema).toMatchObject({
      additionalProperties: false,
      properties: {
        lease: { type: "string", default: "15m", description: expect.stringContaining("HOLDFAST_LEASE") },
        onBlocked: { enum: ["stop", "others"] },
        context: { additionalProperties: false, properties: { maxBytes: { type: "integer", maximum: 9500 } } },
        journal: { properties: { dir: { type: "string" } } },
      },
    });
  });
});
