import type { Check, ObservedOutcome, TestCounts } from "../../plan/check-state.ts";
import { detectRunner, detectRunnerInLine } from "../reports/detect.ts";
import { judgeRun } from "../reports/judge.ts";
import { machineReader, textReader } from "../reports/readers.ts";
import { readScripts } from "../run/package-file.ts";
import type { LineMatch } from "./line-match.ts";

/** What a host told of a run of a check's command. */
export interface ToldRun {
  /** Absent where the host does not say it, or not reliably. */
  readonly exit?: number;
  /** All that it printed; absent where the host did not hand it over whole. */
  readonly printed?: string;
  readonly match: LineMatch;
  /** Where it ran, absolute. */
  readonly cwd: string;
}

export interface ObservedJudgement {
  readonly outcome: ObservedOutcome;
  /** In words of ours: nothing of what was printed. */
  readonly why: string;
  readonly exit?: number;
  readonly tests?: TestCounts;
}

type Wanted = Pick<Check, "kind" | "command" | "isShell" | "exit" | "minTests" | "match">;

const unknown = (why: string): ObservedJudgement => ({ outcome: "unknown", why });

/** What a run comes to that Holdfast did not do. What is not certain is unknown, and never a pass. */
export function judgeObserved({ exit, printed, match, cwd }: ToldRun, check: Wanted): ObservedJudgement {
  if (match.loose !== undefined) return unknown(match.loose);
  if (exit === undefined) return unknown("the host does not say how it ended");
  if (exit !== check.exit) {
    const why = UNCERTAIN.get(exit);
    return why === undefined
      ? { outcome: "failed", why: `exit ${exit} where ${check.exit} is wanted`, exit }
      : unknown(why);
  }
  const whole = match.isMute ? undefined : printed;
  if (check.kind === "command" && check.match === undefined) return { outcome: "passed", why: `exit ${exit}`, exit };
  if (whole === undefined) return unknown("what it printed is not there whole");
  if (check.match !== undefined && !whole.includes(check.match)) {
    return { outcome: "failed", why: "it did not print what it must", exit };
  }
  return check.kind === "command"
    ? { outcome: "passed", why: `exit ${exit}`, exit }
    : judgePrinted(whole, cwd, exit, check);
}

/** Exits by which a shell or a signal speaks, and not the command. */
const UNCERTAIN: ReadonlyMap<number, string> = new Map([
  [126, "it could not be started"],
  [127, "it could not be started"],
  [130, "it was ended from outside"],
  [137, "it was ended from outside"],
  [143, "it was ended from outside"],
]);

/** Of tests nothing counts but what their known runner printed: which report is of this run, nobody has looked. */
function judgePrinted(printed: string, cwd: string, exit: number, check: Wanted): ObservedJudgement {
  const { command, isShell, minTests } = check;
  const scripts = readScripts(cwd);
  const found = isShell ? detectRunnerInLine(command[0] ?? "", scripts) : detectRunner(command, scripts);
  const reader =
    found && (found.prints === "text" ? textReader(found.runner) : machineReader(found.prints, found.runner));
  if (reader === undefined) return unknown("it is not certain which runner printed this");
  reader.write(printed);
  const { verdict, counts } = judgeRun({ exit: 0, reports: [], text: reader.end() });
  const tests = {
    passed: counts.passed,
    failed: counts.failed + counts.errors,
    skipped: counts.skipped + counts.todo,
  };
  switch (verdict) {
    case "passed": {
      const isShort = counts.passed < minTests;
      const why = `${counts.passed} passed${isShort ? `, and ${minTests} are wanted` : ""}`;
      return { outcome: isShort ? "failed" : "passed", why, exit, tests };
    }
    case "failed":
      return { outcome: "failed", why: `${tests.failed} failed`, exit, tests };
    case "nothing-ran":
      return { outcome: "failed", why: "no test ran", exit, tests };
    case "unreadable":
      return unknown("what it printed cannot be read");
    default:
      return verdict satisfies never;
  }
}
