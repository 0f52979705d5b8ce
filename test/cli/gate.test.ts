import { beforeEach, describe, expect, test } from "vitest";
import { Desk } from "../kit/desk.ts";

interface Gate {
  readonly ok: boolean;
  readonly subject: string;
  readonly items: readonly {
    readonly kind: string;
    readonly subject: string;
    readonly isMet: boolean;
    readonly way?: string;
  }[];
}

let desk: Desk;
beforeEach(async () => {
  desk = new Desk();
  await desk.do("plan", "new", "Demo", "--slug", "demo");
  await desk.do("task", "add", "First");
  await desk.do("task", "add", "Second", "--parent", "T1");
  await desk.do("check", "add", "unit", "--kind", "command", "--task", "T1", "--", "true");
  await desk.do("check", "add", "whole", "--kind", "command", "--for-waves", "--", "true");
});

const gate = async (...args: readonly string[]): Promise<Gate & { readonly code: number }> => {
  const { code, out } = await desk.run(["gate", ...args, "--json"]);
  return { code, ...(JSON.parse(out) as Gate) };
};
const unmet = ({ items }: Gate): readonly string[] =>
  items.filter(({ isMet }) => !isMet).map(({ kind, subject }) => `${kind} ${subject}`);

describe("holdfast gate", () => {
  test("says of a task what it waits for and the command that moves it, and that it is open once all is met", async () => {
    await desk.do("task", "start", "T1");
    const closed = await gate("task", "T1");
    expect(closed).toMatchObject({ code: 1, ok: false, subject: "T1" });
    expect(unmet(closed)).toEqual(["task T1", "check unit"]);
    const { out } = await desk.run(["gate", "task", "T1"]);
    expect(out).toContain("✗ unit: has not run\n  → holdfast verify --task T1");
    await desk.do("task", "implemented", "T1");
    await desk.do("verify", "--task", "T1");
    expect(await gate("task", "T1")).toMatchObject({ code: 0, ok: true });
  });

  test("of a wave is open once its tasks are done and its checks passed; then the next may begin", async () => {
    await desk.do("task", "start", "T1");
    await desk.do("verify", "--task", "T1");
    await desk.do("task", "done", "T1");
    expect(unmet(await gate("wave"))).toEqual(["check whole"]);
    const early = await desk.run(["task", "claim", "T2"]);
    expect(early.err).toContain("T2 waits for the gate of wave 1");
    await desk.do("verify", "--check", "whole");
    expect(await gate("wave", "1")).toMatchObject({ code: 0, ok: true });
    await desk.do("task", "claim", "T2");
    expect(unmet(await gate("wave"))).toEqual(["task T2"]);
  });

  test("of a wave that was seen to pass in the meantime opens at the next claim", async () => {
    await desk.do("task", "start", "T1");
    await desk.do("verify");
    await desk.do("task", "done", "T1");
    await desk.do("task", "claim", "T2");
  });

  test.each([["0"], ["2"], ["7"]])("refuses wave %s, which is none or still to come", async (wave) => {
    const { code, err } = await desk.run(["gate", "wave", wave]);
    expect(code).toBe(3);
    expect(err).toMatch(/there is no wave|still to come/);
  });

  test("of the plan names all that is left", async () => {
    expect(unmet(await gate("plan"))).toEqual(["task T1", "task T2", "check whole"]);
    expect(unmet(await gate())).toEqual(["task T1", "task T2", "check whole"]);
  });

  test("of a large plan fits 8 KB, says how to see the rest, and is paged for programs", async () => {
    const tasks = Array.from({ length: 200 }, (_, at) => ({ title: `Task ${at}` }));
    await desk.run(["task", "add", "-"], { stdin: JSON.stringify(tasks) });
    const short = await desk.run(["gate", "plan"]);
    expect(short.code).toBe(1);
    expect(Buffer.byteLength(short.out)).toBeLessThanOrEqual(8 * 1024);
    expect(short.out).toMatch(/… \d+ more lines: holdfast gate plan --all\n$/);
    expect((await desk.run(["gate", "plan", "--all"])).out).toContain("T202 is todo");
    expect((await desk.run(["gate", "plan", "--limit", "2"])).out.split("\n").slice(0, -1)).toHaveLength(5);
    const paged = await gate("plan", "--offset", "100");
    expect(paged).toMatchObject({ offset: 100, next: 200 });
    expect(paged.items).toHaveLength(100);
  });

  test("says how it is asked where it is asked otherwise", async () => {
    expect((await desk.run(["gate", "T1"])).err).toContain("holdfast gate task T1");
    expect((await desk.run(["gate", "task"])).code).toBe(2);
    expect((await desk.run(["gate", "task", "T9"])).code).toBe(3);
    expect((await desk.run(["gate", "wave", "one"])).code).toBe(2);
  });

  test("what gates ask for is lowered by a person alone", async () => {
    const { code, err } = await desk.run(["plan", "edit", "--level", "claimed", "--pace", "ready"]);
    expect(code).toBe(1);
    expect(err).toContain("its pace from waves to ready; its level from executed to claimed");
  });
});
