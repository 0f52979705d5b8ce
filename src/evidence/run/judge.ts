import type { EvidenceOutcome, TestCounts } from "../../plan/check-state.ts";
import type { Ending } from "./run-command.ts";

/** What a check expects of a run. */
export interface Expectation {
  readonly exit: number;
  readonly match?: string;
  readonly timeoutMs: number;
}

export interface Judgement {
  readonly outcome: EvidenceOutcome;
  readonly why: string;
  readonly exit?: number;
  readonly tests?: TestCounts;
}

/** What a run says by how it ended and by what it printed; what a report of tests says comes on top of it. */
export function judgeEnding(ending: Ending, output: string, expected: Expectation): Judgement {
  switch (ending.kind) {
    case "not-started":
      return { outcome: "void", why: `it could not be started: ${ending.why}` };
    case "stopped":
      return { outcome: "void", why: "it was stopped" };
    case "timeout":
      return { outcome: "failed", why: `it did not end within ${describeMs(expected.timeoutMs)}` };
    case "signal":
      return { outcome: "failed", why: `it was ended by ${ending.signal}` };
    case "exit": {
      const { code: exit } = ending;
      if (exit !== expected.exit) {
        return { outcome: "failed", why: `exit ${exit} where ${expected.exit} is wanted`, exit };
      }
      if (expected.match !== undefined && !output.includes(expected.match)) {
        return { outcome: "failed", why: `it did not print ${JSON.stringify(expected.match.slice(0, 80))}`, exit };
      }
      return { outcome: "passed", why: `exit ${exit}`, exit };
    }
    default:
      return ending satisfies never;
  }
}

const describeMs = (ms: number): string => (ms % 60_000 === 0 ? `${ms / 60_000} min` : `${ms / 1000} s`);
