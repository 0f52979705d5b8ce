import { isAbsolute } from "node:path";
import type { Group } from "./command.ts";
import type { Io } from "./io.ts";
import { run } from "./run.ts";
import { isWritten, openSink, openSource } from "./streams.ts";
import { groups } from "./table.ts";

/** Where the process stands, under the name that the shell has for it where the folder itself was removed. */
function workingFolder(named = "/"): string {
  try {
    return process.cwd();
  } catch {
    return isAbsolute(named) ? named : "/";
  }
}

/** The process's own command line. Sets the exit code, and ends once everything has been written. */
export async function main(table: readonly Group[] = groups): Promise<void> {
  const io: Io = {
    stdin: openSource(),
    stdout: openSink(1),
    stderr: openSink(2),
    env: process.env,
    cwd: workingFolder(process.env["PWD"]),
  };
  process.exitCode = await run(process.argv.slice(2), io, table);
  // Taking a large heap apart costs more than some commands; only the system's own memory has to be given back.
  if (isWritten(io.stdout) && isWritten(io.stderr)) process.exit();
}
