import { expect, test } from "vitest";
import { runCli } from "../../test/kit/cli.ts";
import { sampleGroups } from "../../test/kit/groups.ts";
import { fitText, page } from "./paging.ts";
import { plain } from "./text.ts";

const list = (...options: string[]) => runCli(["task", "list", ...options], { groups: sampleGroups });
const lineCount = (text: string): number => text.trimEnd().split("\n").length;

test("text stops at a line before 8 KB and says how many are left and how to see them", async () => {
  const { out } = await list();
  expect(Buffer.byteLength(out)).toBeLessThanOrEqual(8192);
  const shown = lineCount(out) - 1;
  expect(shown).toBeGreaterThan(60);
  expect(out.trimEnd().split("\n").at(-1)).toBe(`… ${150 - shown} more lines: holdfast task list --all`);
});

test("--all prints everything", async () => {
  expect(lineCount((await list("--all")).out)).toBe(150);
});

test("--limit prints that many, even beyond 8 KB", async () => {
  const { out } = await list("--limit", "120");
  expect(lineCount(out)).toBe(121);
  expect(out).toContain("… 30 more lines");
});

test("--limit 0 is refused", async () => {
  expect((await list("--limit", "0")).code).toBe(2);
});

test("what fits is left as it is", () => {
  expect(fitText(["a", "b"], { more: "x" })).toEqual(["a", "b"]);
  expect(fitText([], { more: "x" })).toEqual([]);
});

test("of a first line that is too long the beginning is printed, no character in halves", () => {
  const [shown, more, ...others] = fitText(["é".repeat(5000), "b"], { more: "m" });
  expect(shown).toBe("é".repeat(3996));
  expect(plain(more ?? "")).toBe("… 2008 more bytes and 1 more line: m");
  expect(others).toEqual([]);
  expect(fitText([`x${"é".repeat(5000)}`], { more: "m" })[0]).toBe(`x${"é".repeat(3995)}`);
  expect(fitText(["x".repeat(9000)], { more: "m", limit: 1 })).toEqual(["x".repeat(9000)]);
});

test("bytes are counted, not characters", () => {
  const lines = Array.from({ length: 100 }, () => "é".repeat(60));
  expect(fitText(lines, { more: "m" }).length).toBeLessThan(70);
});

test("JSON comes in pages that lead on to each other and end", async () => {
  const seen: unknown[] = [];
  let offset: number | undefined = 0;
  while (offset !== undefined) {
    const { json } = await list("--json", "--limit", "60", "--offset", String(offset));
    const { items, total, next } = json() as { items: unknown[]; total: number; next?: number };
    expect(total).toBe(150);
    seen.push(...items);
    offset = next;
  }
  expect(new Set(seen).size).toBe(150);
});

test("a page is a hundred items, all of them on request, none beyond the end", () => {
  const items = Array.from({ length: 150 }, (_, index) => index);
  expect(page(items, {})).toMatchObject({ total: 150, offset: 0, next: 100 });
  expect(page(items, { all: true })).toEqual({ items, total: 150, offset: 0 });
  expect(page(items, { offset: 200 })).toEqual({ items: [], total: 150, offset: 200 });
});
