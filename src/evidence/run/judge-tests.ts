import { readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { detectRunner, detectRunnerInLine, type DetectedRunner, type Scripts } from "../reports/detect.ts";
import { judgeRun } from "../reports/judge.ts";
import { MACHINE_FORMATS, readPrintedFile, readReportFile } from "../reports/readers.ts";
import type { MachineFormat, Runner, TestReport } from "../reports/report.ts";
import type { EvidenceOutcome } from "../../plan/state.ts";
import type { Judgement } from "./judge.ts";

/** A report that a check declares: `junit:out/junit.xml`, or a path whose ending tells its format. */
export interface DeclaredReport {
  readonly format: MachineFormat;
  /** From where the check runs. */
  readonly path: string;
}

const BY_ENDING: readonly (readonly [ending: string, format: MachineFormat])[] = [
  [".xml", "junit"],
  [".trx", "trx"],
  [".tap", "tap"],
];

/** Undefined where nobody can tell the format. */
export function parseReport(text: string): DeclaredReport | undefined {
  const colon = text.indexOf(":");
  const named = MACHINE_FORMATS.find((format) => format === text.slice(0, colon));
  if (named !== undefined && colon + 1 < text.length) return { format: named, path: text.slice(colon + 1) };
  const format = BY_ENDING.find(([ending]) => text.toLowerCase().endsWith(ending))?.[1];
  return format && { format, path: text };
}

/** How a file stood before a run: one that is the same afterwards was not written by it. */
export type FileSight = string;
export function sightOf(file: string): FileSight {
  const stat = statSync(file, { throwIfNoEntry: false, bigint: true });
  return stat === undefined ? "" : `${stat.ino}:${stat.size}:${stat.mtimeNs}`;
}

export interface TestRun {
  readonly command: readonly string[];
  readonly isShell: boolean;
  /** Where it ran, absolute. */
  readonly cwd: string;
  /** What it printed, all of it. */
  readonly outputFile: string;
  readonly exit: number;
  /** The exit that is wanted. */
  readonly wanted: number;
  readonly minTests: number;
  readonly report?: DeclaredReport;
  /** As it stood before the run. */
  readonly reportBefore?: FileSight;
}

/** What a run of tests proves: tests must have run, as its report or its runner's own text says, and none failed. */
export async function judgeTests(run: TestRun): Promise<Judgement> {
  const { command, isShell, cwd, exit, wanted, minTests } = run;
  const scripts = readScripts(cwd);
  const found = isShell ? detectRunnerInLine(command[0] ?? "", scripts) : detectRunner(command, scripts);
  const text = found === undefined ? undefined : await readPrinted(run.outputFile, found);
  const reports = run.report === undefined ? [] : [await readDeclared(run, run.report, found?.runner)];
  // Whatever exit is wanted stands for the usual one.
  const judged = judgeRun({ exit: exit === wanted ? 0 : exit || 1, reports, ...(text === undefined ? {} : { text }) });
  const { passed, failed, errors, skipped, todo } = judged.counts;
  const tests = { passed, failed: failed + errors, skipped: skipped + todo };
  const isShort = judged.verdict === "passed" && passed < minTests;
  const why = isShort ? `${judged.why}, and ${minTests} are wanted` : judged.why;
  return { outcome: isShort ? "failed" : OUTCOMES[judged.verdict], why, exit, tests };
}

const OUTCOMES: Readonly<Record<TestReport["verdict"], EvidenceOutcome>> = {
  passed: "passed",
  failed: "failed",
  // A run of tests in which no test runs is no pass, and whoever looks later must not take an older pass for one.
  "nothing-ran": "failed",
  unreadable: "void",
};

const readPrinted = (file: string, { runner, prints }: DetectedRunner): Promise<TestReport> | undefined =>
  prints === "text" ? readPrintedFile(file, runner) : readReportFile(file, prints, runner);

async function readDeclared(run: TestRun, { format, path }: DeclaredReport, runner?: Runner): Promise<TestReport> {
  const file = resolve(run.cwd, path);
  const report = await readReportFile(file, format, runner);
  const now = sightOf(file);
  if (now !== "" && now !== run.reportBefore) return report;
  const why = now === "" ? `it wrote no report to ${path}` : `the report in ${path} is not of this run`;
  return { ...report, verdict: "unreadable", why, problems: [...report.problems, why] };
}

/** The scripts of the package that a check runs in, for telling what `npm test` is. */
function readScripts(cwd: string): Scripts {
  try {
    const { scripts } = JSON.parse(readFileSync(join(cwd, "package.json"), "utf8")) as { readonly scripts?: unknown };
    const entries = Object.entries(typeof scripts === "object" && scripts !== null ? scripts : {});
    return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
  } catch {
    return {};
  }
}
