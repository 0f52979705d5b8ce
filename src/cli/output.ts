import type { Sink } from "./io.ts";
import { fitText } from "./paging.ts";
import { render, yellow } from "./text.ts";
import type { Text } from "./text.ts";

export interface LineLimits {
  /** Most lines to print. */
  readonly limit?: number | undefined;
  /** Print everything, whatever its size. */
  readonly all?: boolean | undefined;
  /** The command that shows what was left out. */
  readonly more: string;
}

/** Everything that a command says. Nothing that it is given can act on the terminal. */
export interface Output {
  /** A line, or several where the text has line breaks, on stdout. */
  readonly print: (text?: Text) => void;
  /** One JSON value on stdout; escapes what JSON leaves alone and a terminal does not. */
  readonly printJson: (value: unknown) => void;
  /** Lines on stdout, at most 8 KB of them or as many as the limit says, then how to see the others. */
  readonly printLines: (lines: readonly Text[], limits: LineLimits) => void;
  /** A line on stderr; under --json an object of its own there. */
  readonly warn: (text: Text) => void;
  /** Shows what long work is doing on the last lines of a terminal's stderr; without a text takes them away again. */
  readonly progress: (...lines: readonly Text[]) => void;
  /** Bytes of another format, exactly as they are; for people's terminals use `print`. */
  readonly write: (data: string | Uint8Array) => void;
}

interface Surroundings {
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isJson: boolean;
  readonly noColor: boolean;
}

/** FORCE_COLOR beats NO_COLOR, as in Node itself; --no-color beats both. */
export function hasColor(sink: Sink, env: Surroundings["env"], noColor: boolean): boolean {
  if (noColor) return false;
  const forced = env["FORCE_COLOR"];
  if (forced !== undefined) return forced !== "0" && forced !== "false";
  return !env["NO_COLOR"] && env["TERM"] !== "dumb" && sink.isTTY === true;
}

// oxlint-disable-next-line no-control-regex -- these are what is looked for
const ACTIVE_IN_TERMINALS = /[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/** JSON in which nothing acts on a terminal; parses to the same value. */
export const toJson = (value: unknown, indent = 0): string =>
  JSON.stringify(value, null, indent).replace(
    ACTIVE_IN_TERMINALS,
    (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

const CLEAR_LINE = "\r\u001b[2K";
const CLEAR_LINE_ABOVE = "\u001b[1A\u001b[2K";

export function createOutput({ stdout, stderr, env, isJson, noColor }: Surroundings): Output {
  const onStdout = hasColor(stdout, env, noColor);
  const onStderr = hasColor(stderr, env, noColor);
  let progressLines = 0;
  const clearProgress = (): void => {
    if (progressLines === 0) return;
    stderr.write(CLEAR_LINE + CLEAR_LINE_ABOVE.repeat(progressLines - 1));
    progressLines = 0;
  };
  const print = (text: Text = ""): void => {
    clearProgress();
    stdout.write(`${render(text, onStdout)}\n`);
  };
  return {
    print,
    printJson(value) {
      clearProgress();
      stdout.write(`${toJson(value, stdout.isTTY === true ? 2 : 0)}\n`);
    },
    printLines(lines, limits) {
      for (const line of fitText(lines, limits)) print(line);
    },
    warn(text) {
      clearProgress();
      stderr.write(
        isJson
          ? `${toJson({ warning: render(text, false) })}\n`
          : `${render([yellow("warning:"), " ", text], onStderr)}\n`,
      );
    },
    progress(...lines) {
      if (stderr.isTTY !== true || isJson) return;
      clearProgress();
      if (lines.length === 0) return;
      const width = Math.max(20, (stderr.columns ?? 80) - 1);
      stderr.write(lines.map((line) => render(line, false).replaceAll("\n", " ").slice(0, width)).join("\n"));
      progressLines = lines.length;
    },
    write(data) {
      clearProgress();
      stdout.write(data);
    },
  };
}
