import { createReadStream } from "node:fs";
import { GoJsonReader } from "./go-json.ts";
import { jestJson } from "./jest-json.ts";
import { JsonReportReader } from "./json-report.ts";
import { JunitReader } from "./junit.ts";
import { LibtestJsonReader } from "./libtest-json.ts";
import { mochaJson } from "./mocha-json.ts";
import { playwrightJson } from "./playwright-json.ts";
import type { MachineFormat, ReportReader, Runner, TestReport } from "./report.ts";
import { rspecJson } from "./rspec-json.ts";
import { TapReader } from "./tap.ts";
import { cargo, ctest, go, maven } from "./text/compiled.ts";
import { bun, deno, jest, mocha, nodeTest, playwright, vitest } from "./text/javascript.ts";
import { exunit, phpunit, rspec } from "./text/other.ts";
import { pytest, unittest } from "./text/python.ts";
import { TextReader, type TextFormat } from "./text/text-reader.ts";
import { TrxReader } from "./trx.ts";

const MACHINE: Readonly<Record<MachineFormat, (runner?: Runner) => ReportReader>> = {
  junit: (runner) => new JunitReader(runner),
  trx: (runner) => new TrxReader(runner),
  tap: (runner) => new TapReader(runner),
  "jest-json": (runner) => new JsonReportReader(jestJson, runner),
  "mocha-json": (runner) => new JsonReportReader(mochaJson, runner),
  "playwright-json": (runner) => new JsonReportReader(playwrightJson, runner),
  "go-json": (runner) => new GoJsonReader(runner),
  "rspec-json": (runner) => new JsonReportReader(rspecJson, runner),
  "libtest-json": (runner) => new LibtestJsonReader(runner),
};

/** The formats of reports that are files. */
export const MACHINE_FORMATS = Object.keys(MACHINE) as readonly MachineFormat[];

/** The runners whose printed text is read. The others have to write a report. */
export const TEXT_FORMATS: readonly TextFormat[] = [
  vitest,
  jest,
  mocha,
  nodeTest,
  playwright,
  bun,
  deno,
  pytest,
  unittest,
  go,
  cargo,
  ctest,
  maven,
  rspec,
  phpunit,
  exunit,
];

/** A reader for a report in this format. */
export function machineReader(format: MachineFormat, runner?: Runner): ReportReader {
  return MACHINE[format](runner);
}

/** A reader for what this runner prints; undefined if that is not read. Give it stdout and stderr together, as they came. */
export function textReader(runner: Runner): ReportReader | undefined {
  const format = TEXT_FORMATS.find((one) => one.runner === runner);
  return format && new TextReader(format);
}

/** Reads all of a source. An end with an error makes the report unreadable; nothing is thrown. */
async function readAll(reader: ReportReader, source: AsyncIterable<Uint8Array>): Promise<TestReport> {
  const decoder = new TextDecoder();
  let failure: string | undefined;
  try {
    for await (const chunk of source) reader.write(decoder.decode(chunk, { stream: true }));
    reader.write(decoder.decode());
  } catch (error) {
    failure = `it could not be read to its end (${error instanceof Error ? error.message : String(error)})`;
  }
  const report = reader.end();
  if (failure === undefined || report.verdict === "failed") return report;
  return { ...report, verdict: "unreadable", why: failure, problems: [...report.problems, failure] };
}

/** Reads a report file in bounded memory; one that is missing is unreadable. */
export function readReportFile(path: string, format: MachineFormat, runner?: Runner): Promise<TestReport> {
  return readAll(machineReader(format, runner), createReadStream(path));
}

/** Reads what a runner printed, both outputs as they came, in bounded memory; undefined if its text is not read. */
export function readPrintedFile(path: string, runner: Runner): Promise<TestReport> | undefined {
  const reader = textReader(runner);
  return reader && readAll(reader, createReadStream(path));
}
