import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { judgeRun } from "./judge.ts";
import { machineReader, textReader } from "./readers.ts";
import type { Counts, MachineFormat, ReportReader, Runner, TestReport, Verdict } from "./report.ts";

/** One run of a real runner, as `scripts/report-fixtures.mjs` recorded it. */
export interface RecordedRun {
  /** `<runner> <version> <name>` */
  readonly title: string;
  readonly runner: Runner;
  readonly isReal: boolean;
  readonly command: string;
  readonly exit: number;
  readonly output: string;
  readonly reports: readonly { readonly format: MachineFormat; readonly text: string }[];
  /** What a person who knows the runner reads from it. */
  readonly expect: { readonly verdict: Verdict; readonly counts?: Partial<Counts> };
}

interface Index {
  readonly runner: Runner;
  readonly version: string;
  readonly from: "a real run" | "the specification";
  readonly runs: readonly {
    readonly name: string;
    readonly command: string;
    readonly exit: number;
    readonly output: string;
    readonly reports: readonly { readonly file: string; readonly format: MachineFormat }[];
    readonly expect: RecordedRun["expect"];
  }[];
}

const root = fileURLToPath(new URL("./fixtures/", import.meta.url));

export const recordedRuns: readonly RecordedRun[] = readdirSync(root).flatMap((runner) =>
  readdirSync(join(root, runner)).flatMap((label) => {
    const read = (name: string): string => readFileSync(join(root, runner, label, name), "utf8");
    const { runs, version, from, ...index } = JSON.parse(read("index.json")) as Index;
    return runs.map(({ name, output, reports, ...run }) => ({
      ...run,
      runner: index.runner,
      title: `${index.runner} ${version} ${name}`,
      isReal: from === "a real run",
      output: read(output),
      reports: reports.map(({ file, format }) => ({ format, text: read(file) })),
    }));
  }),
);

export function readWith(reader: ReportReader, text: string): TestReport {
  reader.write(text);
  return reader.end();
}

export const readText = (runner: Runner, text: string): TestReport | undefined => {
  const reader = textReader(runner);
  return reader && readWith(reader, text);
};

export const readReports = ({ reports, runner }: RecordedRun): readonly TestReport[] =>
  reports.map(({ format, text }) => readWith(machineReader(format, runner), text));

export function judgeRecorded(run: RecordedRun): TestReport {
  const text = readText(run.runner, run.output);
  return judgeRun({ exit: run.exit, reports: readReports(run), ...(text === undefined ? {} : { text }) });
}
