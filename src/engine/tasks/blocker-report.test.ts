import { expect, test } from "vitest";
import { renderBlockers } from "../../context/reports.ts";
import { parseBlockerReport } from "./blocker-report.ts";
import { seal } from "../records/seal.ts";

const blocker = { tried: "the v2 API\nand the v1 API", why: "no access", resolve: "a key", at: 0, session: "claude:a" };

test("a report is read whatever the level, order and line ends of its headings", () => {
  const text =
    "# Report\r\n### Suggested resolution:\r\na key\r\n# WHY IT FAILED\r\nno access\r\n## What Was Attempted ##\r\nboth";
  expect(parseBlockerReport(text, "-")).toEqual({
    ok: true,
    value: { tried: "both", why: "no access", resolve: "a key" },
  });
});

test("of Holdfast's own report, the newest blocker is read and nothing else", () => {
  const older = { ...blocker, tried: "something else", why: "a typo", resolve: "care" };
  const text = seal(renderBlockers({ kind: "blockers", task: "T1", blockers: [older, blocker] }));
  const { tried, why, resolve } = blocker;
  expect(parseBlockerReport(text, "-")).toEqual({ ok: true, value: { tried, why, resolve } });
  const only = seal(renderBlockers({ kind: "blockers", task: "T1", blockers: [blocker] }));
  expect(parseBlockerReport(only, "-")).toEqual({ ok: true, value: { tried, why, resolve } });
});

test("a heading in a code block is text", () => {
  const text = "## What Was Attempted\n```\n## Why It Failed\n```\n## Why It Failed\nx\n## Suggested Resolution\ny\n";
  expect(parseBlockerReport(text, "-")).toMatchObject({ value: { tried: "```\n## Why It Failed\n```", why: "x" } });
});

test("a report that leaves a part out is refused, and the parts are named", () => {
  const text = "## What Was Attempted\nx\n## Why It Failed\n\n";
  expect(parseBlockerReport(text, "b.md")).toMatchObject({
    ok: false,
    refusal: { reason: "bad-blocker", message: 'b.md says nothing under "Why It Failed", "Suggested Resolution"' },
  });
});
