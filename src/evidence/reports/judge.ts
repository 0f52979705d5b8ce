import { counted } from "../../plan/counted.ts";
import type { Counts, TestReport, Verdict } from "./report.ts";
import { NO_TESTS } from "./report.ts";

/** What is known of one run of a test command. */
export interface RunOfTests {
  /** Undefined where a signal ended it, or where it is not known. */
  readonly exit: number | undefined;
  /** The reports that the check declares, each as it was read. */
  readonly reports: readonly TestReport[];
  /** What was printed, read as the text of the runner that was run; absent where it is not known which that was. */
  readonly text?: TestReport;
}

/** One answer from all that a run left behind: a failure anywhere wins, and a report is preferred to a text. */
export function judgeRun({ exit, reports, text }: RunOfTests): TestReport {
  const all = text === undefined ? reports : [...reports, text];
  const [first] = all;
  if (first === undefined)
    return settled(
      "unreadable",
      "it wrote no report, and it is not certain which runner printed this: let it write one",
    );
  const main = reports.length > 0 ? reports : all;
  const failed = all.find(({ verdict }) => verdict === "failed");
  if (failed !== undefined) return merged(main.includes(failed) ? main : [failed], "failed", failed.why, all);
  if (exit !== 0) {
    const isEmpty = main.every(({ verdict }) => verdict === "nothing-ran");
    const ended = exit === undefined ? "the command was ended by a signal" : `the command ended with ${exit}`;
    if (isEmpty) return merged(main, "nothing-ran", `${main[0]!.why}, and ${ended}`, all);
    const isGreen = main.some(({ verdict }) => verdict === "passed");
    return merged(main, "failed", isGreen ? `${ended}, though its tests passed` : ended, all, { errors: 1 });
  }
  const unreadable = main.find(({ verdict }) => verdict === "unreadable");
  if (unreadable !== undefined) return merged(main, "unreadable", unreadable.why, all);
  if (main.every(({ verdict }) => verdict === "nothing-ran")) return merged(main, "nothing-ran", main[0]!.why, all);
  if (text?.verdict === "nothing-ran")
    return merged(main, "nothing-ran", `what was printed says otherwise: ${text.why}`, all);
  const judged = merged(main, "passed", "", all);
  return { ...judged, why: `${counted(judged.counts.passed, "test")} passed` };
}

const settled = (verdict: Verdict, why: string): TestReport => ({
  format: "text",
  counts: NO_TESTS,
  problems: [],
  verdict,
  why,
});

function merged(
  main: readonly TestReport[],
  verdict: Verdict,
  why: string,
  all: readonly TestReport[],
  more: Partial<Counts> = {},
): TestReport {
  const [first] = main;
  // Several files of one format are parts of a whole, as Surefire writes them; another format says the same again.
  const parts = main.filter(({ format }) => format === first!.format);
  const runner = all.find((one) => one.runner !== undefined)?.runner;
  const tests = parts.every((one) => one.tests !== undefined) ? parts.flatMap((one) => one.tests ?? []) : undefined;
  return {
    ...(runner === undefined ? {} : { runner }),
    format: first!.format,
    counts: sum([...parts, { counts: { ...NO_TESTS, ...more } }]),
    ...(tests === undefined ? {} : { tests }),
    problems: [...new Set(all.flatMap(({ problems }) => problems))],
    verdict,
    why,
  };
}

function sum(reports: readonly Pick<TestReport, "counts">[]): Counts {
  const total: { -readonly [Key in keyof Counts]: Counts[Key] } = { ...NO_TESTS };
  for (const { counts } of reports) {
    for (const key of Object.keys(NO_TESTS) as (keyof Counts)[]) total[key] += counts[key];
  }
  return total;
}
