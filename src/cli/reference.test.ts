import { expect, test } from "vitest";
import { sampleGroups } from "../../test/kit/groups.ts";
import { EXIT_CODES } from "./exit-codes.ts";
import { generatedFiles } from "./generated.ts";
import { referenceMarkdown } from "./reference.ts";

test("the reference has every listed command with its usage, options, exit codes and examples", async () => {
  const text = await referenceMarkdown(sampleGroups);
  for (const { code, name, meaning } of EXIT_CODES) expect(text).toContain(`| ${code} | ${name} | ${meaning} |`);
  for (const name of ["task claim", "task list", "task step set", "fail", "echo"]) {
    expect(text).toContain(`### \`holdfast ${name}\``);
  }
  expect(text).toContain("| `--touch <path>` | a path it changes [repeatable] |");
  expect(text).toContain("- exit 1: somebody else holds it");
  expect(text).toContain("# take T1 in hand\nholdfast task claim T1 --why next");
  expect(text).toContain("Only a person can do this.");
  expect(text).not.toContain("secret");
});

test("a column separator in a text does not end the column", async () => {
  const [task] = sampleGroups;
  const [claim] = (await task!.load()).commands;
  const spec = { ...claim!.spec, options: { x: { type: "boolean", summary: "a | b" } } } as const;
  const text = await referenceMarkdown([{ ...task!, load: async () => ({ commands: [{ ...claim!, spec }] }) }]);
  expect(text).toContain("| `--x` | a \\| b |");
});

test("what is generated has a place inside the project, each its own", async () => {
  const paths = (await generatedFiles()).map(({ path }) => path);
  expect(paths).toContain("docs/commands.md");
  expect(new Set(paths).size).toBe(paths.length);
  for (const path of paths) expect(path).toMatch(/^(docs|schemas)\/[a-z0-9.-]+$/);
});
