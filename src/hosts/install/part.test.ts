import * as fc from "fast-check";
import { parse } from "smol-toml";
import { describe, expect, test } from "vitest";
import { valueOf } from "../../workspace/git-fixture.ts";
import { digestOf } from "./installed.ts";
import { isOurHook, isOurServer } from "./ours.ts";
import { planInstall, planUninstall, type Part, type Receipt } from "./part.ts";

const place = { path: "/x", within: "/", what: "x" } as const;

const settings = (version: number): Part => ({
  ...place,
  kind: "json",
  slots: [
    {
      kind: "hooks",
      path: ["hooks"],
      groups: {
        Stop: [{ hooks: [{ type: "command", command: `holdfast hook codex # ${version}` }] }],
        ...(version > 1 ? { Start: [{ hooks: [{ type: "command", command: "holdfast hook codex" }] }] } : {}),
      },
      isOurs: isOurHook,
    },
  ],
});

const server = (version: number): Part => ({
  ...place,
  kind: "toml",
  table: {
    path: ["mcp_servers", "holdfast"],
    values: { command: "holdfast", args: version > 1 ? ["mcp"] : ["old", "mcp"] },
    isOurs: isOurServer,
  },
});

const rule = (version: number): Part => ({
  ...place,
  kind: "line",
  line: { begin: "<!-- a -->", end: "<!-- /a -->", lines: [`Work of many steps, version ${version}.`] },
});

const file = (version: number): Part => ({ ...place, kind: "file", text: `ours ${version}\n`, mark: "ours" });

/** A file as it is, with what is remembered of installs. */
interface Disk {
  readonly text: string | undefined;
  readonly receipt?: Receipt;
}

const install = (part: Part, { text, receipt }: Disk): Disk => {
  const { after, receipt: kept = receipt } = valueOf(planInstall(part, text, receipt, digestOf));
  return { text: after, ...(kept === undefined ? {} : { receipt: kept }) };
};
const uninstall = (part: Part, { text, receipt }: Disk): string | undefined =>
  valueOf(planUninstall(part, text, receipt, digestOf)).after;

const hook = fc.record({ type: fc.constant("command"), command: fc.string() });
const groups = fc.array(fc.record({ hooks: fc.array(hook, { maxLength: 2 }) }), { maxLength: 2 });
const jsonText = fc
  .tuple(
    fc.record(
      { hooks: fc.record({ Stop: groups, Other: groups }, { requiredKeys: [] }), a: fc.jsonValue() },
      { requiredKeys: [] },
    ),
    fc.constantFrom(undefined, 2, "\t"),
    fc.constantFrom("", "\n"),
  )
  .map(([value, indent, end]) => JSON.stringify(value, undefined, indent) + end);
const tomlText = fc
  .array(fc.constantFrom("# note", "", "[mcp_servers.x]\ncommand = 'x'", "[a.b]\nc = [\n 1,\n]"))
  .map((lines) => {
    const seen = new Set<string>();
    return lines.filter((line) => !line.startsWith("[") || (!seen.has(line) && seen.add(line))).join("\n");
  });
const prose = fc.array(fc.constantFrom("# Title", "words", "", "<!-- x -->")).map((lines) => lines.join("\n"));

describe.each([
  ["settings", settings, jsonText],
  ["a TOML file", server, tomlText],
  ["a page", rule, prose],
  ["a file of ours", file, fc.constant("")],
] as const)("%s", (_, part, texts) => {
  const before = part === file ? fc.constant(undefined) : fc.option(texts, { nil: undefined });

  test("is the same after installing twice, and as it was after uninstalling, whatever versions came between", () => {
    fc.assert(
      fc.property(
        before,
        fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 }),
        (text, versions) => {
          let disk: Disk = { text };
          for (const version of versions) {
            disk = install(part(version), disk);
            expect(install(part(version), disk)).toEqual(disk);
          }
          const fresh = install(part(versions.at(-1)!), { text });
          expect(disk.text).toBe(fresh.text);
          expect(uninstall(part(versions.at(-1)!), disk)).toBe(text);
        },
      ),
    );
  });
});

test("a TOML file that the host has added to keeps what it added", () => {
  const disk = install(server(1), { text: "a = 1\n" });
  const grown = { ...disk, text: `${disk.text}\n[later]\nb = 2\n` };
  const updated = install(server(2), grown);
  expect(parse(updated.text!)).toMatchObject({ a: 1, later: { b: 2 }, mcp_servers: { holdfast: { args: ["mcp"] } } });
  expect(parse(uninstall(server(2), updated)!)).toMatchObject({ a: 1, later: { b: 2 } });
  expect(uninstall(server(2), updated)).not.toContain("holdfast");
});

test.each(["", " \n"])("a settings file with nothing in it (%j) is as empty again afterwards", (text) => {
  const once = install(settings(1), { text });
  expect(JSON.parse(once.text!)).toHaveProperty("hooks.Stop");
  expect(uninstall(settings(2), install(settings(2), once))).toBe(text);
});

test("a file that cannot be read and says nothing of us is no hindrance to uninstalling, and one that does is", () => {
  expect(uninstall(settings(1), { text: "{ nope" })).toBe("{ nope");
  expect(planUninstall(settings(1), '{ "holdfast', undefined, digestOf).ok).toBe(false);
});

test("a file of ours that somebody changed is theirs", () => {
  const disk = { ...install(file(1), { text: undefined }), text: "theirs\n" };
  expect(install(file(2), disk).text).toBe("theirs\n");
  expect(uninstall(file(2), disk)).toBe("theirs\n");
});

test("a file of somebody's in the place of ours is refused", () => {
  expect(planInstall(file(1), "theirs\n", undefined, digestOf)).toMatchObject({
    ok: false,
    refusal: { reason: "host-settings-taken" },
  });
});
