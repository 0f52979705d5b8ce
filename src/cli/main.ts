import type { Group } from "./command.ts";
import type { Io } from "./io.ts";
import { run } from "./run.ts";
import { isWritten, openSink, openSource } from "./streams.ts";
import { groups } from "./table.ts";

/** The process's own command line. Sets the exit code, and ends once everything has been written. */
export async function main(table: readonly Group[] = groups): Promise<void> {
  const io: Io = {
    stdin: openSource(),
    stdout: openSink(1),
    stderr: openSink(2),
    env: process.env,
    cwd: process.cwd(),
  };
  process.exitCode = await run(process.argv.slice(2), io, table);
  // Taking a large heap apart costs more than some commands; only the system's own memory has to be given back.
  if (isWritten(io.stdout) && isWritten(io.stderr)) process.exit();
}
