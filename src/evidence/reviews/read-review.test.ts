import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseReview } from "./read-review.ts";
import type { ReadReview } from "./review.ts";

const X = `### Machine Summary
CRITICAL_COUNT: 1
ADVISORY_COUNT: 1
CRITICAL: SQL injection in query builder
ADVISORY: Consider logging`;
const CLEAN = "### Machine Summary\nCRITICAL_COUNT: 0\nADVISORY_COUNT: 0";
const FORM = "### Machine Summary\nCRITICAL_COUNT: N\nADVISORY_COUNT: {n}\nCRITICAL: {finding}\nADVISORY: …";

const found = (text: string) => {
  const read = parseReview(text);
  if (read.kind !== "review") throw new Error(read.why);
  return read.findings.map(({ severity, message }) => `${severity}: ${message}`);
};
const isBlocking = (read: ReadReview) =>
  read.kind === "capture-failed" ||
  read.says === "blocked" ||
  read.findings.some(({ severity }) => severity === "critical");

describe("a machine summary", () => {
  test("gives what it lists, by severity", () => {
    expect(found(X)).toEqual(["critical: SQL injection in query builder", "advisory: Consider logging"]);
    expect(found(CLEAN)).toEqual([]);
  });

  test.each([
    ["two hashes", X.replace("###", "##")],
    ["four hashes", X.replace("###", "####")],
    ["bold", X.replace("### Machine Summary", "**Machine Summary**")],
    ["bold in a heading", X.replace("Machine Summary", "**Machine Summary**")],
    ["as one word", X.replace("### Machine Summary", "MACHINE_SUMMARY")],
    ["in a fence", `text\n\`\`\`markdown\n${X}\n\`\`\``],
    ["a fence below its heading", X.replace("Summary\n", "Summary\n```\n") + "\n```"],
    ["bullets", X.replaceAll(/^([A-Z])/gm, "- $1")],
    ["bold words", X.replaceAll(/^([A-Z_]+):/gm, "**$1:**")],
    ["bold lines", X.replaceAll(/^([A-Z_]+: .*)$/gm, "**$1**")],
    ["Windows' line ends", X.replaceAll("\n", "\r\n")],
    ["quoted", X.replaceAll(/^/gm, "> ")],
    ["blank lines and blank findings", X.replace("CRITICAL: SQL", "\n\nCRITICAL:   \nCRITICAL: SQL")],
    ["a heading after it", `${X}\n\n## What I looked at\n- CRITICAL: nothing here counts`],
    ["the form echoed before it", `${FORM}\n\n${X}`],
    ["the form echoed after it", `${X}\n\n${FORM}`],
    ["an example echoed before it", `${CLEAN}\n\n${X}`],
  ])("is read with %s", (_, text) => {
    expect(found(text)).toEqual(["critical: SQL injection in query builder", "advisory: Consider logging"]);
  });

  test("a list below its word is of that severity", () => {
    expect(found("## Machine Summary\nCRITICAL_COUNT: 2\nCRITICAL:\n- one\n- two\n")).toEqual([
      "critical: one",
      "critical: two",
    ]);
  });

  test.each(["None", "none.", "- None", "N/A", "No critical findings", "(none)"])("%s is none", (word) => {
    expect(found(`${CLEAN}\nCRITICAL: ${word}\nADVISORY: ${word}`)).toEqual([]);
  });

  test("a count that does not fit its lines blocks, and says so", () => {
    expect(found("## Machine Summary\nCRITICAL_COUNT: 3")[0]).toMatch(/^critical: .*critical findings is 3.*lists 0/);
    expect(found("## Machine Summary\nCRITICAL_COUNT: 0\nCRITICAL: a hole")).toHaveLength(2);
    expect(found("## Machine Summary\nCRITICAL_COUNT: 0\nADVISORY_COUNT: 2\nADVISORY: one")[1]).toMatch(
      /advisory .* 2/,
    );
    expect(found("## Machine Summary\nCRITICAL_COUNT: none at all")[0]).toMatch(/no number/);
    expect(found("## Machine Summary\nCRITICAL_COUNT: 0\nCRITICAL_COUNT: 1")[0]).toMatch(/is 1/);
  });

  test("what it says in other words than it was asked to is not lost", () => {
    expect(found("## Machine Summary\nCRITICAL_COUNT: 0\nCRITICAL (95%) a hole in the wall")).toHaveLength(2);
  });

  test("what its text has as critical and it has not blocks", () => {
    expect(found(`### Critical Findings\n- a hole\n\n${CLEAN}`)[0]).toMatch(
      /^critical: .*1 critical.*0 in its summary/,
    );
    expect(found(`### Critical Findings\n- {finding}\n\n${CLEAN}`)).toEqual([]);
  });

  test("its own word is kept", () => {
    expect(parseReview(`${CLEAN}\nVERDICT: **BLOCKED**`)).toMatchObject({ says: "blocked" });
    expect(parseReview(`${CLEAN}\nVERDICT: PASSED`)).toMatchObject({ says: "passed" });
  });

  test.each([
    ["", /neither/],
    ["Looks good to me. CRITICAL_COUNT: 0", /neither/],
    ["### Machine Summary\nCRITICAL: a hole", /no CRITICAL_COUNT/],
    ["### Machine Summary\nADVISORY_COUNT: 0", /no CRITICAL_COUNT/],
    [FORM, /nobody filled/],
    [`${CLEAN}\n\n### Machine Summary\nCRITICAL: cut sho`, /no CRITICAL_COUNT/],
    ["### Critical Findings\n- a hole", /no CRITICAL_COUNT/],
  ])("%j is a failed capture", (text, why) => {
    const read = parseReview(text);
    expect(read.kind === "capture-failed" && read.why).toMatch(why);
  });

  test("text stays as it is, with the place that it names", () => {
    const text = "`$user_input` reaches `exec` in `src/db/query.ts:42`, ${x} and {{y}}";
    expect(parseReview(`## Machine Summary\nCRITICAL_COUNT: 1\nCRITICAL: ${text}`)).toMatchObject({
      findings: [{ message: text, file: "src/db/query.ts", line: 42 }],
    });
    expect(parseReview("## Machine Summary\nCRITICAL_COUNT: 1\nCRITICAL: http://a.example:80/x")).toMatchObject({
      findings: [{ message: "http://a.example:80/x" }],
    });
    const outside = parseReview("## Machine Summary\nCRITICAL_COUNT: 1\nCRITICAL: ../../etc/x.conf:1");
    expect(outside).not.toHaveProperty("findings.0.file");
  });

  test("says what became of earlier findings", () => {
    expect(parseReview(`${CLEAN}\nRESOLVED: R1 — bound now\n- **STILL PRESENT:** r2 not touched`)).toMatchObject({
      assessments: [
        { finding: "R1", state: "resolved", why: "bound now" },
        { finding: "R2", state: "still-there", why: "not touched" },
      ],
    });
  });
});

describe("sections", () => {
  const text = `## Review: T1
### Critical Findings
- **SQL injection** in the builder
  - seen with a quote
- lower case counts too
* so do stars

### Advisory Findings
- Log it

### Summary
CRITICAL_COUNT: 3
ADVISORY_COUNT: 1`;

  test("give each bullet, whatever it begins with, and the task", () => {
    expect(found(text)).toEqual([
      "critical: **SQL injection** in the builder\nseen with a quote",
      "critical: lower case counts too",
      "critical: so do stars",
      "advisory: Log it",
    ]);
    expect(parseReview(text)).toMatchObject({ format: "sections", task: "T1" });
  });

  test("the last ones win over an echoed form", () => {
    const form = "### Critical Findings\n- {finding}\n### Advisory Findings\n- {finding}\nCRITICAL_COUNT: N\n";
    expect(found(`${form}\n${text}`)).toHaveLength(4);
    expect(found(`${text}\n${form}`)).toHaveLength(4);
  });

  test("None is none, and prose without bullets is a finding", () => {
    const empty = "### Critical Findings\nNone\n\nI looked twice.\n### Advisory Findings\n- None.\nCRITICAL_COUNT: 0";
    expect(found(empty)).toEqual([]);
    expect(found("### Critical Findings\nIt does not compile.\n\nCRITICAL_COUNT: 1")).toEqual([
      "critical: It does not compile.",
    ]);
  });

  test("a count that does not fit blocks", () => {
    expect(found("### Critical Findings\nNone\nCRITICAL_COUNT: 2")[0]).toMatch(/is 2.*lists 0/);
  });
});

describe("JSON", () => {
  test("is read whole", () => {
    const finding = { severity: "high", message: "races", file: "a.ts", line: 3 };
    const assessments = [{ finding: "r1", state: "resolved", why: "gone" }];
    expect(parseReview(JSON.stringify({ task: "T1", verdict: "passed", findings: [finding], assessments }))).toEqual({
      kind: "review",
      format: "json",
      task: "T1",
      says: "passed",
      findings: [finding],
      assessments: [{ finding: "R1", state: "resolved", why: "gone" }],
    });
  });

  test.each([
    ["{", /no JSON/],
    ["{}", /findings: a list/],
    ['{"findings":[{"severity":"bad","message":"x"}]}', /findings\[0\]: severity/],
    ['{"findings":[{"severity":"high","message":" "}]}', /findings\[0\]: message/],
    ['{"findings":[],"verdict":"ok"}', /verdict/],
    ['{"findings":[],"assessments":[{"finding":"1","state":"resolved"}]}', /assessments\[0\]/],
  ])("%s is a failed capture that says where", (text, why) => {
    const read = parseReview(text);
    expect(read.kind === "capture-failed" && read.why).toMatch(why);
  });
});

describe("whatever a reviewer writes", () => {
  const decoration = fc.constantFrom(
    (line: string) => line,
    (line: string) => `- ${line}`,
    (line: string) => `**${line}**`,
    (line: string) => line.replace(/^([A-Z_]+):/, "**$1**:"),
    (line: string) => `> ${line}`,
    (line: string) => `  ${line}`,
    (line: string) => line.replace(": ", ":   "),
  );
  const noise = fc.constantFrom(
    "",
    "I looked at everything.",
    FORM,
    CLEAN,
    "```",
    "- None",
    "CRITICAL:",
    "VERDICT: PASSED",
  );
  const message = fc.constantFrom(
    "a hole",
    "`$user_input`",
    "None of it is checked",
    "{x}",
    "lower case",
    "src/a.ts:1 x",
  );

  test("never throws, and comes to a review or to a failed capture", () => {
    const soup = fc.array(
      fc.oneof(
        noise,
        fc.string({ unit: "binary", maxLength: 40 }),
        fc.constantFrom(
          X,
          "## Review: T1",
          "### Critical Findings",
          "CRITICAL_COUNT: 0",
          "CRITICAL_COUNT: 1",
          "{",
          "\u2028",
        ),
        message,
      ),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(soup, (parts) => {
        expect(["review", "capture-failed"]).toContain(parseReview(parts.join("\n")).kind);
      }),
      { numRuns: 500 },
    );
  });

  test("a summary that lists something critical never passes, however it is dressed and whatever came before it", () => {
    fc.assert(
      fc.property(
        fc.array(noise, { maxLength: 4 }),
        fc.array(fc.tuple(message, decoration), { minLength: 1, maxLength: 4 }),
        fc.constantFrom("0", "1", "2", "N", "{n}", "zero", ""),
        fc.array(fc.constantFrom("", "ADVISORY: fine", "VERDICT: PASSED", "prose"), { maxLength: 2 }),
        (before, findings, count, after) => {
          const lines = findings.map(([text, dress]) =>
            dress(`CRITICAL: ${text === "{x}" && /^[N{]/.test(count) ? "x" : text}`),
          );
          const text = [...before, "### Machine Summary", `CRITICAL_COUNT: ${count}`, ...lines, ...after].join("\n");
          expect(isBlocking(parseReview(text))).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });
});
