import { readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { detectRunner, detectRunnerInLine, type DetectedRunner } from "../reports/detect.ts";
import { judgeRun } from "../reports/judge.ts";
import { MACHINE_FORMATS, readPrintedFile, readReportFile } from "../reports/readers.ts";
import { NO_TESTS, type MachineFormat, type Runner, type TestCase, type TestReport } from "../reports/report.ts";
import type { EvidenceOutcome } from "../../plan/check-state.ts";
import { readScripts } from "./package-file.ts";
import type { Judgement } from "./judge.ts";

/** A report that a check declares: `junit:out/junit.xml`, or a path whose ending tells its format. */
export interface DeclaredReport {
  readonly format: MachineFormat;
  /** From where the check runs: a file, or a folder with a file for each part, as Surefire and Gradle write them. */
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

/** How a report stood before a run, a line a file: one that is the same afterwards was not written by it. */
export type FileSight = string;
export function sightOf(path: string): FileSight {
  try {
    const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
    const names = isFolder ? readdirSync(path).toSorted().slice(0, MAX_PARTS) : [""];
    return names.flatMap((name) => lineOf(join(path, name), name)).join("\n");
  } catch {
    return "";
  }
}

const MAX_PARTS = 10_000;

/** Nothing of what is no plain file: a pipe could be read for ever. */
function lineOf(file: string, name: string): readonly string[] {
  const stat = statSync(file, { throwIfNoEntry: false, bigint: true });
  return stat?.isFile() === true ? [`${stat.ino}:${stat.size}:${stat.mtimeNs} ${JSON.stringify(name)}`] : [];
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

export interface TestJudgement extends Judgement {
  /** Every test by name, where its report has them. */
  readonly cases?: readonly TestCase[];
}

/** What a run of tests proves: tests must have run, as its report or its runner's own text says, and none failed. */
export async function judgeTests(run: TestRun): Promise<TestJudgement> {
  const { command, isShell, cwd, exit, wanted, minTests } = run;
  const scripts = readScripts(cwd);
  const found = isShell ? detectRunnerInLine(command[0] ?? "", scripts) : detectRunner(command, scripts);
  const text = found === undefined ? undefined : await readPrinted(run.outputFile, found);
  const reports = run.report === undefined ? [] : await readDeclared(run, run.report, found?.runner);
  // Whatever exit is wanted stands for the usual one.
  const judged = judgeRun({ exit: exit === wanted ? 0 : exit || 1, reports, ...(text === undefined ? {} : { text }) });
  const { passed, failed, errors, skipped, todo } = judged.counts;
  const tests = { passed, failed: failed + errors, skipped: skipped + todo };
  const isShort = judged.verdict === "passed" && passed < minTests;
  const why = isShort ? `${judged.why}, and ${minTests} are wanted` : judged.why;
  const cases = judged.tests === undefined ? {} : { cases: judged.tests };
  return { outcome: isShort ? "failed" : OUTCOMES[judged.verdict], why, exit, tests, ...cases };
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

async function readDeclared(run: TestRun, report: DeclaredReport, runner?: Runner): Promise<readonly TestReport[]> {
  const { format, path } = report;
  const place = resolve(run.cwd, path);
  const now = sightOf(place);
  const before = new Set(run.reportBefore?.split("\n"));
  const names = now
    .split("\n")
    .filter((line) => line !== "" && !before.has(line))
    .map((line) => JSON.parse(line.slice(line.indexOf(" ") + 1)) as string);
  const reports: TestReport[] = [];
  for (const name of partsOf(names, format)) reports.push(await readReportFile(join(place, name), format, runner));
  if (reports.length > 0) return reports;
  const why = now === "" ? `it wrote no report to ${path}` : `the report in ${path} is not of this run`;
  return [{ format, counts: NO_TESTS, problems: [why], verdict: "unreadable", why }];
}

/** Of the files of a folder those that are parts of the report; JUnit's stand beside others that are XML too. */
function partsOf(names: readonly string[], format: MachineFormat): readonly string[] {
  const ending = BY_ENDING.find(([, one]) => one === format)?.[0] ?? ".json";
  const parts = names.filter((name) => name === "" || name.toLowerCase().endsWith(ending));
  const marked = parts.filter((name) => /^TEST-.*\.xml$/.test(name));
  return marked.length > 0 ? marked : parts;
}
