import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectRoot } from "../kit/program.ts";
import { Desk } from "../kit/desk.ts";

const page = readFileSync(join(projectRoot, "docs/scripts.md"), "utf8");
const commands = [...page.matchAll(/`holdfast ([^`]+)`/g)].map((found) => found[1] ?? "");
const yaml = /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? "";

const REPORT = "## What Was Attempted\nx\n## Why It Failed\ny\n## Suggested Resolution\nz\n";

/** Words as a shell would make them of the page's examples. */
const words = (line: string): readonly string[] =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map((found) => found[1] ?? found[2] ?? "");

async function makeDesk(): Promise<Desk> {
  const desk = new Desk();
  await desk.do("plan", "new", "Demo", "--slug", "demo");
  await desk.do("task", "add", "First");
  await desk.do("task", "add", "Second");
  await desk.do("task", "start", "T1");
  await desk.do("task", "output", "T1", "--text", "what came of it");
  for (const [name, text] of Object.entries({ "tasks.yaml": yaml, "blockers.md": REPORT, "steps.json": '["a"]' })) {
    writeFileSync(join(desk.root, name), text);
  }
  return desk;
}

test("the page has every command that its tables promise", () => {
  expect(commands.length).toBeGreaterThan(40);
});

/** What the page says of these: the answer is no, or there is none. */
const SAYS_NO: Readonly<Record<string, number>> = {
  "task has-blockers": 1,
  "task show T1 --field confidence": 3,
};

test.each([...new Set(commands)])("holdfast %s does what the page says", async (command) => {
  const desk = await makeDesk();
  const first = command.startsWith("task retry") ? ["task", "fail", "T1", "--why", "x"] : ["status"];
  await desk.do(...first);
  const { code, err } = await desk.run(words(command), { tty: false });
  expect({ code, err: code === 0 ? "" : err.slice(0, 6) }).toEqual(
    command in SAYS_NO
      ? { code: SAYS_NO[command], err: command === "task has-blockers" ? "" : "error:" }
      : { code: 0, err: "" },
  );
});

test("the document on the page is taken whole, without a warning", async () => {
  const desk = await makeDesk();
  const { code, err, out } = await desk.run(["task", "add", "-"], { stdin: yaml });
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toContain("Read them (wave 2, after DESIGN)");
});
