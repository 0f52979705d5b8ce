import { expect, test } from "vitest";
import { Desk } from "../kit/desk.ts";

async function deskWithPlan(): Promise<Desk> {
  const desk = new Desk();
  await desk.do("plan", "new", "Billing");
  return desk;
}

test("shows what was recorded, with its file", async () => {
  const desk = await deskWithPlan();
  expect(await desk.do("next", "Make", "tabs", "fail", "--file", "src/parse.ts")).toContain(
    "next in billing: Make tabs fail",
  );
  expect(await desk.do("next")).toBe("Make tabs fail (file: src/parse.ts)\n");
  expect(await desk.json("next")).toEqual({ what: "Make tabs fail", file: "src/parse.ts", computed: false });
  expect(desk.read(".planning", "billing", "task_plan.md")).toContain("Make tabs fail");
});

test("computes it from the tasks where nobody recorded one", async () => {
  const desk = new Desk();
  const tasks = [{ title: "Build", steps: ["measure", "cut"], touches: ["src/a.ts"] }];
  await desk.run(["plan", "import", "-"], { stdin: JSON.stringify({ title: "T", tasks }) });
  expect(await desk.do("next")).toMatch(/^T1: measure \(file: src\/a\.ts\) \(computed/);
  expect(await desk.json("next")).toMatchObject({ computed: true, task: "T1" });
});

test("is of the task that the session itself holds, as plan show says it too", async () => {
  const desk = await deskWithPlan();
  for (const [title, session] of [
    ["Build", "claude:a"],
    ["Test", "codex:b"],
  ] as const) {
    await desk.do("task", "add", title);
    await desk.doAs(session, "task", "claim", title === "Build" ? "T1" : "T2");
  }
  expect(await desk.doAs("codex:b", "plan", "show", "--field", "next")).toBe("T2: Test\n");
  expect((await desk.doAs("codex:b", "next")).startsWith("T2: Test")).toBe(true);
  expect(await desk.doAs("claude:a", "plan", "show", "--field", "next")).toBe("T1: Build\n");
});

test("--clear brings the computed one back, and says so where nothing was recorded", async () => {
  const desk = await deskWithPlan();
  await desk.do("next", "this");
  expect(await desk.do("next", "--clear")).toBe("forgotten\n");
  expect(await desk.json("next")).toBeNull();
  expect(await desk.json("next", "--clear")).toMatchObject({
    record: null,
    advice: expect.stringContaining("no next action"),
  });
});

test("reads a long one from standard input, and shows it as one line", async () => {
  const desk = await deskWithPlan();
  await desk.run(["next", "-"], { stdin: "first\n\nsecond\u001b[2J\n" });
  expect(await desk.do("next")).toBe("first second\n");
});

test.each([
  [["next", "--clear", "x"]],
  [["next", "--clear", "--file", "x"]],
  [["next", "--file", "x"]],
  [["next", " "]],
])("%j makes no sense", async (args) => {
  const desk = await deskWithPlan();
  expect((await desk.run(args)).code).toBe(2);
  expect(await desk.do("plan", "show", "--field", "revision")).toBe("1\n");
});

test("without a plan there is none", async () => {
  expect((await new Desk().run(["next"])).code).toBe(3);
  expect((await new Desk().run(["next", "x"])).code).toBe(3);
});
