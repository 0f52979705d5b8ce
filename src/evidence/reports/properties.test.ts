import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readReports, readText, readWith, recordedRuns, type RecordedRun } from "./fixtures.ts";
import { judgeRun } from "./judge.ts";
import { MACHINE_FORMATS, machineReader, TEXT_FORMATS, textReader } from "./readers.ts";
import type { MachineFormat, ReportReader, Runner, TestReport } from "./report.ts";

const runners = TEXT_FORMATS.map(({ runner }) => runner);
const verdictOf = (runner: Runner, text: string) => readText(runner, text)?.verdict;

/** Outputs that say themselves that something failed. */
const failing = recordedRuns.filter(
  ({ runner, output, expect: { verdict } }) => verdict === "failed" && verdictOf(runner, output) === "failed",
);
/** Those that say so at their end, or in a part that is not the first: cut short they are outputs of a run that went well. */
const failsLate =
  /crash-after-green|abort-at-exit|raise-at-exit|doc-fails|after-suite|teardown|threshold|exit-after-green|interrupted/;
const failingThroughout = failing.filter(({ title }) => !failsLate.test(title));

const reportsOf = (formats: readonly MachineFormat[]) =>
  recordedRuns.flatMap((run) =>
    run.reports.filter(({ format }) => formats.includes(format)).map((report) => ({ ...report, run })),
  );
const documents = reportsOf(["junit", "trx", "jest-json", "mocha-json", "playwright-json", "rspec-json"]).filter(
  ({ text }) => text.trim() !== "",
);
const streams = reportsOf(["tap", "go-json", "libtest-json"]);
const readMachine = (format: MachineFormat, text: string): TestReport => readWith(machineReader(format), text);

function inPieces(reader: ReportReader, text: string, sizes: readonly number[]): TestReport {
  let turn = 0;
  for (let at = 0; at < text.length;) {
    const size = sizes[turn++ % sizes.length]!;
    reader.write(text.slice(at, at + size));
    at += size;
  }
  return reader.end();
}

const anyRun = fc.constantFrom(...recordedRuns);
const anyFailing = fc.constantFrom(...failing);
const sizes = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 5 });
const runs = { numRuns: 400 };

/** Snippets of real outputs, real reports and noise, shuffled. */
const soup = fc
  .array(
    fc.oneof(
      fc.tuple(anyRun, fc.nat(), fc.nat(400)).map(([{ output }, at, length]) => {
        const from = output.length === 0 ? 0 : at % output.length;
        return output.slice(from, from + length);
      }),
      fc.tuple(fc.constantFrom(...documents, ...streams), fc.nat(), fc.nat(400)).map(([{ text }, at, length]) => {
        const from = text.length === 0 ? 0 : at % text.length;
        return text.slice(from, from + length);
      }),
      fc.string({ unit: "binary", maxLength: 60 }),
      fc.constantFrom("\n", "\r", "\u001b[", "\u001b]0;", "<", "{", '"', "ok 1\n", "1..1\n", "# pass 1\n"),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(""));

describe("whatever is read", () => {
  test("no reader throws", () => {
    fc.assert(
      fc.property(soup, sizes, (text, pieces) => {
        for (const format of MACHINE_FORMATS) inPieces(machineReader(format), text, pieces);
        for (const runner of runners) inPieces(textReader(runner)!, text, pieces);
      }),
      runs,
    );
  });

  test("it is read alike in pieces of any size", () => {
    fc.assert(
      fc.property(anyRun, sizes, (run, pieces) => {
        const text = textReader(run.runner);
        if (text !== undefined) expect(inPieces(text, run.output, pieces)).toEqual(readText(run.runner, run.output));
        const whole = readReports(run);
        run.reports.forEach((report, at) => {
          expect(inPieces(machineReader(report.format, run.runner), report.text, pieces)).toEqual(whole[at]);
        });
      }),
      runs,
    );
  });

  test("a verdict of passed has a test that passed, and nothing that failed", () => {
    fc.assert(
      fc.property(soup, fc.constantFrom(...runners), (text, runner) => {
        for (const report of [readText(runner, text)!, ...MACHINE_FORMATS.map((format) => readMachine(format, text))]) {
          if (report.verdict !== "passed") continue;
          expect(report.counts.passed).toBeGreaterThan(0);
          expect(report.counts.failed + report.counts.errors).toBe(0);
        }
      }),
      runs,
    );
  });
});

describe("a text that says that something failed", () => {
  const isRunOf = (runner: Runner) => (run: RecordedRun) => run.runner === runner;

  test("is no pass with other runs of that runner before and after it", () => {
    fc.assert(
      fc.property(anyFailing, fc.nat(), fc.nat(), (run, before, after) => {
        const others = recordedRuns.filter(isRunOf(run.runner));
        const [first, last] = [others[before % others.length]!, others[after % others.length]!];
        expect(verdictOf(run.runner, `${first.output}\n${run.output}\n${last.output}`)).toBe("failed");
      }),
      runs,
    );
  });

  test("is no pass between the outputs of any other programs", () => {
    fc.assert(
      fc.property(anyFailing, anyRun, anyRun, (run, first, last) => {
        expect([
          run.title,
          first.title,
          last.title,
          verdictOf(run.runner, `${first.output}\n${run.output}\n${last.output}`),
        ]).toContain("failed");
      }),
      runs,
    );
  });

  test("is no pass when its end is missing, wherever it was cut", () => {
    fc.assert(
      fc.property(fc.constantFrom(...failingThroughout), fc.nat(), ({ runner, output }, at) => {
        expect(verdictOf(runner, output.slice(0, at % output.length))).not.toBe("passed");
      }),
      { numRuns: 3_000 },
    );
  });

  test("is no pass when lines are missing in its middle or at its start", () => {
    fc.assert(
      // Mocha says what failed below what passed, so that its end is not where it counts.
      fc.property(
        fc.constantFrom(...failingThroughout.filter(({ runner }) => runner !== "mocha")),
        fc.nat(),
        fc.nat(),
        ({ runner, output }, from, count) => {
          const lines = output.split("\n");
          const start = from % lines.length;
          const kept = [...lines.slice(0, start), ...lines.slice(start + (count % (lines.length - start)))];
          // What is cut to fit is cut in its middle: the end, where the summary is, stays.
          if (kept.slice(-3).join("\n") !== lines.slice(-3).join("\n")) return;
          expect(verdictOf(runner, kept.join("\n"))).not.toBe("passed");
        },
      ),
      { numRuns: 3_000 },
    );
  });
});

test("the text of one runner is no pass for another", () => {
  for (const run of recordedRuns) {
    for (const runner of runners) {
      if (runner !== run.runner && !/liar/.test(run.title))
        expect([run.title, runner, verdictOf(runner, run.output)]).not.toContain("passed");
    }
  }
});

describe("a report", () => {
  test("is no pass when its end is missing", () => {
    fc.assert(
      fc.property(fc.constantFrom(...documents), fc.nat(), ({ format, text }, at) => {
        const whole = text.trimEnd();
        expect(readMachine(format, whole.slice(0, at % whole.length)).verdict).not.toBe("passed");
      }),
      { numRuns: 2_000 },
    );
  });

  test("is no pass with another behind it", () => {
    fc.assert(
      fc.property(fc.constantFrom(...documents), fc.constantFrom(...documents), (one, other) => {
        expect(readMachine(one.format, one.text + other.text).verdict).not.toBe("passed");
      }),
      runs,
    );
  });

  test("that is a stream is no pass with a failing one before or behind it", () => {
    const bad = streams.filter(({ format, text }) => readMachine(format, text).verdict === "failed");
    fc.assert(
      fc.property(fc.constantFrom(...bad), fc.nat(), fc.boolean(), ({ format, text }, at, isFirst) => {
        const others = streams.filter((one) => one.format === format);
        const other = others[at % others.length]!.text;
        expect(readMachine(format, isFirst ? `${text}\n${other}` : `${other}\n${text}`).verdict).toBe("failed");
      }),
      runs,
    );
  });

  test("in TAP that fails is no pass when its end is missing", () => {
    const bad = streams.filter(
      ({ format, text }) => format === "tap" && readMachine(format, text).verdict === "failed",
    );
    fc.assert(
      fc.property(fc.constantFrom(...bad), fc.nat(), ({ format, text }, at) => {
        expect(readMachine(format, text.slice(0, at % text.length)).verdict).not.toBe("passed");
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("a run", () => {
  const readings = recordedRuns.flatMap((run) => [
    ...readReports(run),
    ...[readText(run.runner, run.output)].filter((text) => text !== undefined),
  ]);
  const anyReading = fc.constantFrom(...readings);

  test("passes only with exit 0, a pass, and nothing beside it that failed or says that nothing ran", () => {
    fc.assert(
      fc.property(
        fc.array(anyReading, { maxLength: 3 }),
        fc.option(anyReading),
        fc.constantFrom(0, 0, 1, undefined),
        (reports, text, exit) => {
          const judged = judgeRun({ exit, reports, ...(text === null ? {} : { text }) });
          const all = [...reports, ...(text === null ? [] : [text])];
          const verdicts = all.map(({ verdict }) => verdict);
          if (verdicts.includes("failed")) expect(judged.verdict).toBe("failed");
          if (judged.verdict !== "passed") return;
          expect(exit).toBe(0);
          expect(verdicts).toContain("passed");
          expect(reports.map(({ verdict }) => verdict)).not.toContain("unreadable");
          expect(text?.verdict).not.toBe("nothing-ran");
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
