import type { Group } from "./command.ts";
import type { Io } from "./io.ts";
import { run } from "./run.ts";
import { groups } from "./table.ts";

/** A reader that went away (`| head`) is no error: what is left to say is dropped. */
function ignoreClosedPipe(stream: NodeJS.WriteStream): void {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}

/** The process's own command line. Sets the exit code and lets Node end by itself, so that pipes get everything. */
export async function main(table: readonly Group[] = groups): Promise<void> {
  ignoreClosedPipe(process.stdout);
  ignoreClosedPipe(process.stderr);
  const io: Io = {
    // Touching it opens it, and most commands never read.
    get stdin() {
      return process.stdin;
    },
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
  };
  process.exitCode = await run(process.argv.slice(2), io, table);
}
