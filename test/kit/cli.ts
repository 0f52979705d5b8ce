import { tmpdir } from "node:os";
import type { Group } from "../../src/cli/command.ts";
import type { Sink } from "../../src/cli/io.ts";
import { run } from "../../src/cli/run.ts";
import { groups as allGroups } from "../../src/cli/table.ts";

interface CliOptions {
  /** The folder of the command, the system's temporary one where absent. */
  readonly cwd?: string;
  /** The whole environment; nothing of the test's own leaks in. */
  readonly env?: Readonly<Record<string, string>>;
  /** What stands on standard input; empty where absent. */
  readonly stdin?: string | Uint8Array;
  /** Pretend that every stream is a terminal. */
  readonly tty?: boolean;
  readonly groups?: readonly Group[];
}

export interface CliResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** Parses stdout, or stderr where nothing was written to stdout. Throws where that is not JSON. */
  readonly json: () => unknown;
}

/** Runs a command line inside this process, exactly as the program would. */
export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const { cwd = tmpdir(), env = {}, stdin = "", tty = false } = options;
  const out = createSink(tty);
  const err = createSink(tty);
  const io = {
    stdin: Object.assign(once(stdin), { isTTY: tty }),
    stdout: out.sink,
    stderr: err.sink,
    env,
    cwd,
  };
  const code = await run(args, io, options.groups ?? allGroups);
  return {
    code,
    out: out.text(),
    err: err.text(),
    json: () => JSON.parse(out.text() === "" ? err.text() : out.text()) as unknown,
  };
}

async function* once(data: string | Uint8Array): AsyncGenerator<string | Uint8Array> {
  if (data.length > 0) yield data;
}

function createSink(isTTY: boolean): { readonly sink: Sink; text(): string } {
  const chunks: Buffer[] = [];
  return {
    sink: {
      isTTY,
      columns: 80,
      write: (data) => chunks.push(Buffer.from(data as string)),
    },
    text: () => Buffer.concat(chunks).toString("utf8"),
  };
}
