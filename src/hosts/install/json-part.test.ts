import * as fc from "fast-check";
import { parse } from "jsonc-parser";
import { describe, expect, test } from "vitest";
import { valueOf } from "../../workspace/git-fixture.ts";
import { applyEdits } from "./edited-text.ts";
import { clearSlots, putSlots, type JsonSlot } from "./json-part.ts";

const isOurs = (hook: unknown): boolean =>
  typeof hook === "object" && hook !== null && String((hook as { command?: unknown }).command).includes("holdfast");

const hook = (command: string) => ({ type: "command", command });

const slots: readonly JsonSlot[] = [
  {
    kind: "hooks",
    path: ["hooks"],
    groups: {
      SessionStart: [{ hooks: [hook("holdfast hook claude")] }],
      PreToolUse: [{ matcher: "Edit|Write", hooks: [hook("holdfast guard")] }],
    },
    isOurs,
  },
  {
    kind: "elements",
    path: ["permissions", "deny"],
    values: ["mcp__holdfast__hook"],
    isOurs: (value) => value === "mcp__holdfast__hook",
  },
  {
    kind: "member",
    path: ["statusLine"],
    value: { type: "command", command: "holdfast statusline" },
    isOurs,
    yields: true,
  },
];

const put = (text: string) => valueOf(putSlots(text, slots, "settings.json"));
const clear = (text: string) => valueOf(clearSlots(text, slots, "settings.json")).text;
const values = (text: string): unknown => parse(text, [], { allowTrailingComma: true });

/** Without what is empty under the two places where we have been: nobody can tell who made it. */
function lean(text: string): unknown {
  const { hooks = {}, permissions = {}, ...rest } = values(text) as Record<string, Record<string, unknown[]>>;
  const full = (of: Record<string, unknown[]>) =>
    Object.fromEntries(Object.entries(of).filter(([, list]) => list.length > 0));
  return { ...rest, hooks: full(hooks), permissions: full(permissions) };
}

const installed = values(put("{}").text) as Record<string, unknown>;

const FOREIGN = [
  "{}",
  "{}\n",
  "{\n}\n",
  "{ }",
  "{ // nothing yet\n}",
  '\uFEFF{\n  "a": 1\n}\n',
  '{"a":1}',
  '{ "a": 1 }',
  '{\n  "a": 1\n}\n',
  '{\r\n\t"a": 1,\r\n\t"b": [1, 2]\r\n}\r\n',
  '{\n  "a": 1, // why\n  /* b */ "b": 2 // last\n  // end\n}\n',
  '{\n  "a": 1,\n}\n',
  '{ "a": 1, }',
  '{\n  "a": 1 /* over\n  lines */ }\n',
  '{\n  "hooks": {}\n}\n',
  '{"hooks": {"Stop": [], // nothing yet\n"PreToolUse": []}} // end\n',
  '{\n  "hooks": { "SessionStart": [] },\n  "permissions": {"deny": ["Read(.env)"]}\n}\n',
  '{\n    "hooks": {\n        "SessionStart": [\n            { "hooks": [{ "type": "command", "command": "theirs" }] } // theirs\n        ]\n    },\n    "statusLine": { "command": "theirs" }\n}\n',
];

/** Whether a text is what is left of another when characters are taken out of it. */
function isWithin(text: string, other: string): boolean {
  let at = 0;
  for (const character of other) if (character === text[at]) at += 1;
  return at === text.length;
}

describe.each(FOREIGN)("in %j", (text) => {
  test("ours is added, everything of others stays as it is, and comes out again to the byte", () => {
    const edited = put(text);
    expect(lean(clear(edited.text))).toEqual(lean(text));
    expect(applyEdits(edited.text, edited.undo).text).toBe(text);
    expect(isWithin(text, edited.text)).toBe(true);
    expect(put(edited.text).text).toBe(edited.text);
  });

  test("ours can be told from others without a record, too", () => {
    const cleared = clear(put(text).text);
    expect(put(cleared).text).toBe(put(clear(put(cleared).text)).text);
    expect(JSON.stringify(values(cleared))).not.toContain("holdfast");
    const comments = (of: string) => of.match(/\/\/.*|\/\*[\s\S]*?\*\//g);
    expect(comments(cleared)).toEqual(comments(text));
  });
});

const json = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: "small" }, fc.string(), fc.integer(), fc.boolean(), tie("list"), tie("object")),
  list: fc.array(tie("value"), { maxLength: 3 }),
  object: fc.dictionary(fc.string(), tie("value"), { maxKeys: 3 }),
}));

const hooks = fc.dictionary(
  fc.constantFrom("SessionStart", "PreToolUse", "Stop", "Other"),
  fc.array(
    fc.record(
      { matcher: fc.string(), hooks: fc.array(fc.record({ type: fc.constant("command"), command: fc.string() })) },
      { requiredKeys: ["hooks"] },
    ),
    { maxLength: 3 },
  ),
);

const settings = fc.record(
  {
    hooks,
    permissions: fc.record({ deny: fc.array(fc.string()), allow: fc.array(fc.string()) }, { requiredKeys: [] }),
    statusLine: json.object,
    other: json.value,
  },
  { requiredKeys: [] },
);

const space = fc.stringMatching(/^(?: |\t|\n|\r\n|\/\*[a-z ]{0,4}\*\/|\/\/[a-z ]{0,4}\n){0,3}$/);
const style = fc.record({
  spaces: fc.array(space, { minLength: 1 }),
  indent: fc.constantFrom(undefined, 1, 2, 4, "\t"),
});

/** JSON in some style, with comments and white space strewn between its tokens. */
const text = fc.tuple(settings, style, fc.boolean()).map(([value, { spaces, indent }, isStrewn]) => {
  const shown = JSON.stringify(value, null, indent);
  if (!isStrewn) return shown;
  let at = 0;
  return shown.replaceAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]/g, (token) => token + (spaces[at++ % spaces.length] ?? ""));
});

describe("in any settings", () => {
  test("installing keeps everything, installing again changes nothing, undoing gives back every byte", () => {
    fc.assert(
      fc.property(text, (before) => {
        const edited = put(before);
        const after = values(edited.text) as Record<string, unknown>;
        const original = values(before) as Record<string, unknown>;
        for (const [key, value] of Object.entries(original)) {
          if (!["hooks", "permissions"].includes(key)) expect(after[key]).toEqual(value);
        }
        expect(put(edited.text).text).toBe(edited.text);
        expect(applyEdits(edited.text, edited.undo).text).toBe(before);
        expect(isWithin(before, edited.text)).toBe(true);
        expect(lean(clear(edited.text))).toEqual(lean(before));
      }),
      { numRuns: 300 },
    );
  });

  test("what others add afterwards survives being uninstalled", () => {
    fc.assert(
      fc.property(text, fc.integer(), (before, number) => {
        const { text: after } = put(before);
        const open = after.indexOf("{") + 1;
        const grown = `${after.slice(0, open)}"later": ${number},${after.slice(open)}`;
        const cleared = clear(grown);
        expect(lean(cleared)).toEqual({ later: number, ...(lean(before) as object) });
      }),
    );
  });
});

test("our hook in a group that others have joined leaves alone", () => {
  const text = JSON.stringify({ hooks: { Stop: [{ hooks: [hook("theirs"), hook("holdfast old"), hook("too")] }] } });
  expect(values(clear(text))).toEqual({ hooks: { Stop: [{ hooks: [hook("theirs"), hook("too")] }] } });
  expect(values(put(text).text)).toEqual({
    ...installed,
    hooks: { Stop: [{ hooks: [hook("theirs"), hook("too")] }], ...(installed["hooks"] as object) },
  });
});

test("hooks of an earlier version are replaced where they stand", () => {
  const older = { hooks: { SessionStart: [{ hooks: [hook("holdfast 1")] }, { hooks: [hook("theirs")] }] } };
  const { hooks: after } = values(put(JSON.stringify(older, null, 2)).text) as { hooks: Record<string, unknown> };
  expect(after["SessionStart"]).toEqual([{ hooks: [hook("holdfast hook claude")] }, { hooks: [hook("theirs")] }]);
});

test.each(["", "{", "[1", '{"a":}', "nope", '{"a":1} x'])("%j is refused with the place", (text) => {
  const put = putSlots(text, slots, "settings.json");
  expect(put).toMatchObject({ ok: false, refusal: { reason: "bad-host-settings" } });
  expect(put.ok ? "" : put.refusal.place).toMatch(/^settings\.json:1:\d+$/);
});

test.each(['{"hooks":[]}', '{"hooks":{"SessionStart":{}}}', '{"permissions":"none"}', "[]"])(
  "%j has something else in our place, and is refused",
  (text) => {
    expect(putSlots(text, slots, "settings.json")).toMatchObject({
      ok: false,
      refusal: { reason: "host-settings-taken" },
    });
  },
);
