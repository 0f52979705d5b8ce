import type { Check } from "../../../plan/check-state.ts";
import type { Output } from "../../output.ts";
import { inline } from "../../text.ts";
import { commandLine } from "./check-row.ts";

const REDRAW_MS = 200;
const SHOWN = 8;

interface Running {
  readonly check: Check;
  readonly from: number;
  /** What it said last. */
  line: string;
}

/** Shows on a terminal what runs, a line a check: how long it has been at it, and what it said last. */
export function showProgress(out: Output) {
  const running = new Map<string, Running>();
  const draw = (): void => {
    const lines = [...running.values()].slice(0, SHOWN).map(describe);
    const more = running.size - lines.length;
    out.progress(...lines, ...(more > 0 ? [`and ${more} more`] : []));
  };
  const timer = setInterval(draw, REDRAW_MS);
  timer.unref();
  return {
    start: (check: Check): void => {
      running.set(check.id, { check, from: performance.now(), line: "" });
      draw();
    },
    hear: (check: Check, bytes: Uint8Array): void => {
      const one = running.get(check.id);
      if (one !== undefined) one.line = lastLine(bytes) || one.line;
    },
    end: ({ id }: Check): void => {
      running.delete(id);
      draw();
    },
    draw,
    close: (): void => {
      clearInterval(timer);
      out.progress();
    },
  };
}

function describe({ check, from, line }: Running): string {
  const seconds = Math.floor((performance.now() - from) / 1000);
  return `${check.id} ${seconds} s  ${line === "" ? commandLine(check) : line}`;
}

/** What a program said last, for its line on a terminal. */
function lastLine(bytes: Uint8Array): string {
  const lines = Buffer.from(bytes).toString("utf8").trimEnd().split("\n");
  return inline(lines.at(-1) ?? "").slice(0, 200);
}
