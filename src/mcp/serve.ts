import { serveStdio, StdioServerTransport } from "@modelcontextprotocol/server/stdio";
import { withHookLane } from "./hook-lane.ts";
import { Identity } from "./identity.ts";
import { Queue } from "./queue.ts";
import { HoldfastServer, type Surroundings } from "./server.ts";

/** How often the server looks whether its host is still there, and whether a plan has appeared meanwhile. */
const LOOK_MS = 2_000;
/** The longest that a call which was under way when the host left may still take. */
const LAST_CALL_MS = 5_000;

/**
 * Serves one host over standard input and output, until the host ends: its end of the pipe closes, or the process that
 * started this one is gone. A call under way is brought to its end first.
 */
export async function serveMcp(surroundings: Surroundings): Promise<void> {
  const queue = new Queue();
  const identity = new Identity(surroundings.env);
  let served: HoldfastServer | undefined;
  // In newer protocols an answer is more than its result.
  let isPlain = false;
  const ended = hostEnds();
  const handle = serveStdio(
    ({ era }) => {
      isPlain = era === "legacy";
      served = new HoldfastServer(surroundings, { queue, identity });
      return served.protocol;
    },
    {
      transport: withHookLane(new StdioServerTransport(), (args, meta) =>
        isPlain ? served?.answerHook(args, meta) : undefined,
      ),
    },
  );
  const look = setInterval(() => void served?.notice().catch(() => undefined), LOOK_MS);
  await ended;
  clearInterval(look);
  await Promise.race([queue.settled(), new Promise((resolve) => setTimeout(resolve, LAST_CALL_MS))]);
  await handle.close();
}

function hostEnds(): Promise<void> {
  return new Promise((resolve) => {
    const parent = process.ppid;
    const watch = setInterval(() => {
      if (process.ppid !== parent) end();
    }, LOOK_MS);
    watch.unref();
    const end = (): void => {
      clearInterval(watch);
      resolve();
    };
    process.stdin.once("end", end);
    process.stdin.once("close", end);
    process.stdout.once("error", end);
  });
}
