import type { Group } from "./command.ts";
import type { Io } from "./io.ts";
import { run } from "./run.ts";
import { openSink, openSource } from "./streams.ts";
import { groups } from "./table.ts";

/** The process's own command line. Sets the exit code and lets Node end by itself, so that pipes get everything. */
export async function main(table: readonly Group[] = groups): Promise<void> {
  const io: Io = {
    stdin: openSource(),
    stdout: openSink(1),
    stderr: openSink(2),
    env: process.env,
    cwd: process.cwd(),
  };
  process.exitCode = await run(process.argv.slice(2), io, table);
}
