import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { judgeRecorded, readReports, readText, recordedRuns, type RecordedRun } from "./fixtures.ts";
import { judgeRun } from "./judge.ts";
import { MACHINE_FORMATS, TEXT_FORMATS } from "./readers.ts";
import type { TestReport } from "./report.ts";

/** What each format alone says of a run: several files of one format are parts of a whole. */
function readingsOf(run: RecordedRun): readonly TestReport[] {
  const reports = readReports(run);
  const text = readText(run.runner, run.output);
  const formats = [...new Set(reports.map(({ format }) => format))];
  return [
    ...formats.map((format) => judgeRun({ exit: 0, reports: reports.filter((one) => one.format === format) })),
    ...(text === undefined ? [] : [text]),
  ];
}

const passesOf = (run: RecordedRun): readonly string[] =>
  readingsOf(run).flatMap(({ verdict, format }) => (verdict === "passed" ? [`${run.title} ${format}`] : []));

const titled = recordedRuns.map((run) => [run.title, run] as const);

/** Formats that do not tell of something that went wrong, as seen: only the exit code, or the text, does. */
const BLIND: readonly RegExp[] = [
  /^(?:jest|deno|bun) .* (?:syntax-error|empty-file) junit$/,
  /^playwright .* crash-after-green junit$/,
  /^deno .* crash-after-green junit$/,
  /^rspec .* after-suite junit$/,
  /^vitest .* unhandled-error jest-json$/,
  /^vitest [34]\S+ unhandled-error junit$/,
  /^cargo .* json-crash-after-green libtest-json$/,
  /^(?:vitest|jest|pytest|rspec|phpunit) .* (?:crash-after-green|exit-in-handler|abort-at-exit|interrupted) (?:junit|jest-json|rspec-json)$/,
  /^(?:rspec .* crash-after-green|jest .* exit-in-handler|pytest .* crash-after-green) text$/,
  /^phpunit .* risky text$/,
];

describe("runs of real runners", () => {
  test.each(titled)("%s", (_, run) => {
    const judged = judgeRecorded(run);
    expect({ verdict: judged.verdict, counts: judged.counts }).toMatchObject(run.expect);
    expect(judged.why).not.toBe("");
  });

  test.each(titled)("%s: no report and no text of it passes alone where the run did not", (_, run) => {
    if (run.expect.verdict === "passed") return;
    expect(passesOf(run).filter((reading) => !BLIND.some((blind) => blind.test(reading)))).toEqual([]);
  });

  test("what is said to be blind is", () => {
    const passes = recordedRuns.filter((run) => run.expect.verdict !== "passed").flatMap(passesOf);
    expect(BLIND.filter((blind) => !passes.some((reading) => blind.test(reading)))).toEqual([]);
  });
});

describe("what was verified", () => {
  test.each(TEXT_FORMATS.map((format) => [format.runner, format] as const))(
    "the text of %s is marked verified only if real passes and failures were read",
    (runner, { isVerified }) => {
      const verdicts = recordedRuns
        .filter((run) => run.runner === runner && run.isReal)
        .map((run) => ({ read: readText(runner, run.output)?.verdict, expected: run.expect.verdict }));
      const isSeen = (["passed", "failed", "nothing-ran"] as const).every((verdict) =>
        verdicts.some(({ read, expected }) => read === verdict && expected === verdict),
      );
      expect(isVerified).toBe(isSeen);
    },
  );

  test.each(MACHINE_FORMATS)("reports in %s were read, passing and failing", (format) => {
    const verdicts = recordedRuns.flatMap((run) => readReports(run).filter((report) => report.format === format));
    expect(verdicts.map(({ verdict }) => verdict)).toContain("passed");
    expect(verdicts.map(({ verdict }) => verdict)).toContain("failed");
  });

  test("the page about it names every runner and version, and no version that was not run", () => {
    const page = readFileSync(new URL("../../../docs/reports.md", import.meta.url), "utf8");
    const versions = [...new Set(recordedRuns.filter(({ isReal }) => isReal).map(({ title }) => title.split(" ")[1]!))];
    const named = [...page.matchAll(/^\| [^|]+ \| (\d[^|]*) \|/gm)].flatMap(([, list = ""]) => list.split(", "));
    expect(named.toSorted()).toEqual(versions.toSorted());
  });

  test("the names of tests are there, wherever a report has them", () => {
    const reports = recordedRuns.flatMap((run) => readReports(run));
    expect(reports.filter(({ verdict }) => verdict === "passed").length).toBeGreaterThan(30);
    for (const { tests, counts, verdict, problems } of reports) {
      if (verdict !== "passed" || problems.some((problem) => problem.includes("which ran is not known"))) continue;
      expect(tests?.filter(({ outcome }) => outcome === "passed").length).toBe(counts.passed);
    }
  });
});
