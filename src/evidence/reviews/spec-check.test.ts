import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseSpecCheck } from "./spec-check.ts";

const FOOTER = `SPEC_CHECK_WAVE: 2
CRITICAL: FR-003 is not built
CRITICAL: FR-004 contradicts US1
HIGH: SC-002 has no test
MEDIUM: two words for one thing
SPEC_CHECK_CRITICAL_COUNT: 2
SPEC_CHECK_HIGH_COUNT: 1
SPEC_CHECK_VERDICT: BLOCKED`;
const CLEAN = "SPEC_CHECK_WAVE: 2\nSPEC_CHECK_CRITICAL_COUNT: 0\nSPEC_CHECK_HIGH_COUNT: 0\nSPEC_CHECK_VERDICT: PASSED";
const FORM = CLEAN.replace("WAVE: 2", "WAVE: {wave}").replaceAll(": 0", ": N");

test("a footer gives the wave, the verdict and what it lists", () => {
  const read = parseSpecCheck(`All in order?\n\n${FOOTER}\n`, 2);
  expect(read).toMatchObject({ kind: "spec-check", wave: 2, verdict: "blocked" });
  expect(read.kind === "spec-check" && read.findings.map(({ severity }) => severity)).toEqual([
    "critical",
    "critical",
    "high",
    "medium",
  ]);
  expect(parseSpecCheck(CLEAN)).toMatchObject({ verdict: "passed", findings: [] });
});

test("the last one wins, and the form is none", () => {
  expect(parseSpecCheck(`${CLEAN}\n\n${FOOTER}\n\n${FORM}`)).toMatchObject({ verdict: "blocked" });
  expect(parseSpecCheck(`${FOOTER}\n\n${CLEAN}`)).toMatchObject({ verdict: "passed" });
});

test("a verdict never passes over what is listed, nor a list over the verdict", () => {
  expect(parseSpecCheck(FOOTER.replace("BLOCKED", "PASSED"))).toMatchObject({ verdict: "blocked" });
  expect(parseSpecCheck(CLEAN.replace("PASSED", "BLOCKED"))).toMatchObject({ verdict: "blocked" });
  expect(parseSpecCheck(CLEAN.replace("CRITICAL_COUNT: 0", "CRITICAL_COUNT: 3"))).toMatchObject({ verdict: "blocked" });
});

test.each([
  ["", /no SPEC_CHECK_WAVE/],
  [FORM, /no SPEC_CHECK_WAVE/],
  [FOOTER.replace(": 2\n", ": 3\n"), /about wave 3, not wave 2/],
  [FOOTER.replace("SPEC_CHECK_CRITICAL_COUNT: 2\n", ""), /no SPEC_CHECK_CRITICAL_COUNT/],
  [FOOTER.replace("SPEC_CHECK_HIGH_COUNT: 1\n", ""), /no SPEC_CHECK_HIGH_COUNT/],
  [FOOTER.replace("SPEC_CHECK_VERDICT: BLOCKED", ""), /VERDICT/],
  [`${CLEAN}\nSPEC_CHECK_WAVE: 2\nCRITICAL: cut sho`, /no SPEC_CHECK_CRITICAL_COUNT/],
])("%j was not captured", (text, why) => {
  const read = parseSpecCheck(text, 2);
  expect(read.kind === "capture-failed" && read.why).toMatch(why);
});

test("no text at all makes it throw", () => {
  const part = fc.oneof(fc.constantFrom(FOOTER, CLEAN, FORM, "SPEC_CHECK_WAVE:", "\n"), fc.string({ unit: "binary" }));
  fc.assert(
    fc.property(fc.array(part), (parts) => {
      expect(["spec-check", "capture-failed"]).toContain(parseSpecCheck(parts.join("\n")).kind);
    }),
  );
});

test("a footer says of criteria whether they are met, and one that is not blocks whatever the verdict", () => {
  const read = parseSpecCheck(`${CLEAN}\n**MET:** FR-001 seen in the log\n- UNMET: \`AC2\` no test\nMET: {id}`, 2);
  expect(read).toMatchObject({
    verdict: "blocked",
    criteria: [
      { criterion: "FR-001", verdict: "met", why: "seen in the log" },
      { criterion: "AC2", verdict: "unmet" },
    ],
  });
});

describe("as JSON", () => {
  const WHOLE = { wave: 2, verdict: "passed", findings: [], criteria: [{ criterion: "AC1", verdict: "met" }] };
  const json = (more: object): string => JSON.stringify({ ...WHOLE, ...more });

  test("it gives the same", () => {
    expect(parseSpecCheck(json({ reviewer: "qa" }), 2)).toEqual({
      kind: "spec-check",
      wave: 2,
      reviewer: "qa",
      verdict: "passed",
      findings: [],
      assessments: [],
      criteria: [{ criterion: "AC1", verdict: "met", why: "" }],
    });
    expect(parseSpecCheck(json({ criteria: [{ criterion: "AC1", verdict: "unmet" }] }))).toMatchObject({
      verdict: "blocked",
    });
    const critical = [{ severity: "critical", message: "not built" }];
    expect(parseSpecCheck(json({ findings: critical }))).toMatchObject({ verdict: "blocked" });
  });

  test.each([
    [{ wave: 3 }, /about wave 3, not wave 2/],
    [{ wave: "2" }, /wave/],
    [{ verdict: undefined }, /verdict/],
    [{ findings: undefined }, /findings/],
    [{ criteria: [{ criterion: "AC1", verdict: "maybe" }] }, /criteria/],
    [{ criteria: {} }, /criteria/],
  ])("%j was not captured", (more, why) => {
    const read = parseSpecCheck(json(more), 2);
    expect(read.kind === "capture-failed" && read.why).toMatch(why);
  });
});
