import { expect, test } from "vitest";
import { defineCommand } from "./command.ts";
import { parseCommand } from "./parse.ts";

const spec = defineCommand({
  path: ["task", "claim"],
  summary: "Claim a task",
  args: [
    { name: "id", summary: "the task" },
    { name: "shell", summary: "the shell", choices: ["bash", "fish"], optional: true },
  ],
  options: {
    lease: { type: "number", value: "minutes", summary: "how long", min: 1, max: 600 },
    shift: { type: "number", value: "n", summary: "how far", min: -5 },
    why: { type: "string", value: "text", summary: "the reason" },
    touch: { type: "string", value: "path", summary: "a path", many: true },
    force: { type: "boolean", summary: "take it over", short: "f" },
  },
  examples: [],
});

const parse = (...argv: string[]) => parseCommand(spec, argv);
const refusal = (...argv: string[]) => {
  const result = parse(...argv);
  return result.ok ? undefined : result.refusal;
};
const input = (...argv: string[]) => {
  const result = parse(...argv);
  return result.ok ? result.value.input : result.refusal;
};

test("everything that was declared is there, given or not", () => {
  expect(input("T1")).toMatchObject({
    args: { id: "T1", shell: undefined },
    options: { lease: undefined, why: undefined, touch: [], force: false },
  });
});

test("values are typed", () => {
  expect(input("T1", "-f", "--lease", "10", "--touch", "a", "--touch=b", "--shift=-3")).toMatchObject({
    options: { lease: 10, touch: ["a", "b"], force: true, shift: -3 },
  });
});

test.each([["- a list item"], ["-1"], ["--- a rule"], ["--not an option"], ["a=b"], [""], ["😀"]])(
  "a value may look like anything but an option: %j",
  (value) => {
    expect(input("T1", "--why", value)).toMatchObject({ options: { why: value } });
  },
);

test.each([["--force"], ["--frce"], ["-f"], ["-h"]])("an option is not swallowed as a value: %s", (value) => {
  expect(refusal("T1", "--why", value)).toMatchObject({
    reason: "usage-missing-value",
    hint: `A value that begins with a dash is given as --why=${value}`,
  });
  expect(input("T1", `--why=${value}`)).toMatchObject({ options: { why: value } });
});

test.each([
  [["T1", "--frce"], "usage-unknown-option", "Did you mean --force?"],
  [["T1", "-x"], "usage-unknown-option", undefined],
  [["T1", "--why"], "usage-missing-value", undefined],
  [["T1", "--force=yes"], "usage-needless-value", undefined],
  [["T1", "--lease", "ten"], "usage-invalid-value", undefined],
  [["T1", "--lease", "0"], "usage-invalid-value", undefined],
  [["T1", "--lease", "601"], "usage-invalid-value", undefined],
  [["T1", "--lease", "1.5"], "usage-invalid-value", undefined],
  [["T1", "--lease", "99999999999999999999"], "usage-invalid-value", undefined],
  [["T1", "--why", "a", "--why", "b"], "usage-repeated-option", undefined],
  [[], "usage-missing-argument", undefined],
  [["T1", "bsh"], "usage-invalid-value", "Did you mean bash?"],
  [["T1", "bash", "more"], "usage-extra-argument", undefined],
] as const)("%j is %s", (argv, reason, hint) => {
  const found = refusal(...argv);
  expect(found?.reason).toBe(reason);
  expect(found?.hint).toContain(hint ?? "Usage: holdfast task claim <id>");
});

test("the same value twice is no contradiction", () => {
  expect(input("T1", "--why", "a", "--why", "a")).toMatchObject({ options: { why: "a" } });
});

test("all mistakes are told at once", () => {
  const found = refusal("--lease", "x", "--nothing");
  expect(found?.reason).toBe("usage-several-mistakes");
  expect(found?.details?.map(({ reason }) => reason).toSorted()).toEqual([
    "usage-invalid-value",
    "usage-missing-argument",
    "usage-unknown-option",
  ]);
});

test("a required option is asked for by name and meaning", () => {
  const result = parseCommand(
    { ...spec, options: { why: { type: "string", value: "text", summary: "the reason", required: true } } },
    ["T1"],
  );
  expect(result).toMatchObject({ refusal: { message: "--why <text> is missing: the reason" } });
});

test("after the dashes everything is an argument, unless the command asks for the rest", () => {
  expect(input("--", "-x")).toMatchObject({ args: { id: "-x" } });
  const rest = parseCommand({ ...spec, args: [], rest: true }, ["--force", "--", "a", "--b"]);
  expect(rest).toMatchObject({ value: { rest: ["a", "--b"], input: { options: { force: true } } } });
});

test.each(["- a list item", "-10 % faster", "--plan is not given", "-\n- b"])(
  "a text with spaces is an argument, though it begins with a dash: %j",
  (text) => {
    expect(input(text)).toMatchObject({ args: { id: text } });
    expect(input("T1", "--why", text)).toMatchObject({ args: { id: "T1" }, options: { why: text } });
    expect(input("T1", "--force", "--why=a b")).toMatchObject({ options: { force: true, why: "a b" } });
  },
);

test("a long mistake is quoted short", () => {
  expect(refusal("T1", "--lease", "9".repeat(5000))?.message.length).toBeLessThan(200);
});
