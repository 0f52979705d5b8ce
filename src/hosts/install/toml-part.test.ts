import * as fc from "fast-check";
import { parse as parseBare, stringify } from "smol-toml";
import { describe, expect, test } from "vitest";
import { valueOf } from "../../workspace/git-fixture.ts";
import { applyEdits } from "./edited-text.ts";
import { clearTable, putTable, type TomlTable } from "./toml-part.ts";

const parse = (text: string): unknown => structuredClone(parseBare(text));

const table: TomlTable = {
  path: ["mcp_servers", "holdfast"],
  values: { command: "/home/a b/holdfast", args: ["mcp"], disabled_tools: [] },
  isOurs: (value) => String((value as { command?: unknown }).command).includes("holdfast"),
};

const put = (text: string) => valueOf(putTable(text, table, "config.toml"));
const clear = (text: string) => valueOf(clearTable(text, table, "config.toml")).text;

const FOREIGN = [
  "",
  'model = "x"',
  'model = "x"\n',
  "# only a comment\r\n\r\n",
  '[mcp_servers.other]\ncommand = "o"\n\n[mcp_servers.other.env]\nA = "1"\n',
  '[notes]\ntext = """\n[mcp_servers.holdfast]\n"""\nlist = [\n  "a", # ]\n  "b",\n]\n',
  "[notes]\ntext = '''\n# Kept by Holdfast; `holdfast uninstall` takes it out.\n'''\n",
  'a = { b = [1, 2] }\n[["odd name"."x.y"]]\nc = 1979-05-27T07:32:00Z\n',
];

describe.each(FOREIGN)("in %j", (text) => {
  test("the table is added at the end, once, and comes out again to the byte", () => {
    const edited = put(text);
    expect(edited.text.startsWith(text)).toBe(true);
    expect(parse(edited.text)).toMatchObject({ mcp_servers: { holdfast: table.values } });
    expect(put(edited.text).text).toBe(edited.text);
    expect(applyEdits(edited.text, edited.undo).text).toBe(text);
    expect(parse(clear(edited.text))).toEqual(parse(text));
  });
});

test("what the host and others add around it survives", () => {
  const { text } = put('model = "x"\n');
  const added = '\n# theirs\n[mcp_servers.other]\ncommand = "o" # o\n';
  const own = '[mcp_servers.holdfast.tools.plan]\napproval_mode = "approve"\n';
  expect(clear(`# first\n${text}${own}${added}`)).toBe(`# first\nmodel = "x"\n${added}`);
});

test("any other tables stay as they are", () => {
  const key = fc.oneof(fc.stringMatching(/^[a-z"'\]. #\\]{1,6}$/), fc.constantFrom("mcp_servers", "holdfast", "notes"));
  const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.array(fc.string(), { maxLength: 3 }));
  const object = fc.dictionary(key, fc.oneof(leaf, fc.dictionary(key, leaf, { maxKeys: 3 })), { maxKeys: 4 });
  const line = fc.constantFrom("", "\n", "# note\n", "\n\n  \n");
  fc.assert(
    fc.property(object, line, line, (value, before, after) => {
      fc.pre(typeof (value["mcp_servers"] ?? {}) === "object" && !Array.isArray(value["mcp_servers"]));
      fc.pre((value["mcp_servers"] as { holdfast?: unknown } | undefined)?.holdfast === undefined);
      const text = before + stringify(value) + after;
      const edited = put(text);
      expect(applyEdits(edited.text, edited.undo).text).toBe(text);
      expect(edited.text.startsWith(text)).toBe(true);
      expect(parse(clear(edited.text))).toEqual(parse(text));
      expect(put(edited.text).text).toBe(edited.text);
    }),
  );
});

test("an earlier version of ours is replaced, somebody else's is refused", () => {
  const older = '[mcp_servers.holdfast]\ncommand = "old/holdfast"\nargs = []\n\n[z]\na = 1\n';
  expect(parse(put(older).text)).toEqual({ mcp_servers: { holdfast: table.values }, z: { a: 1 } });
  const theirs = '[mcp_servers.holdfast]\ncommand = "theirs"\n';
  expect(putTable(theirs, table, "c")).toMatchObject({ ok: false, refusal: { reason: "host-settings-taken" } });
  expect(clear(theirs)).toBe(theirs);
});

test.each(["mcp_servers = { other = { command = 'o' } }\n", "mcp_servers = 1\n"])(
  "where %j leaves no room for a table it is refused, and nothing is changed",
  (text) => {
    expect(putTable(text, table, "c")).toMatchObject({ ok: false, refusal: { reason: "host-settings-taken" } });
  },
);

test("what is no TOML is refused with the place", () => {
  expect(putTable("a = 1\nb = \n", table, "config.toml")).toMatchObject({
    ok: false,
    refusal: { reason: "bad-host-settings", place: expect.stringMatching(/^config\.toml:\d+:\d+$/) as unknown },
  });
});
