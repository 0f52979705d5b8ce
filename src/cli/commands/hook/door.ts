import { readFileSync } from "node:fs";
import { isWritten, openSink } from "../../streams.ts";

/** The most that is read of a payload; no record may be larger either. */
const MOST_BYTES = 8 * 1024 * 1024;

/**
 * `holdfast hook <host> [event]` without the rest of the command line, which costs more than most answers: hosts run it
 * by the hundred. Always succeeds, since a host takes any failure for an answer.
 */
export async function answerAtDoor([host = "", event]: readonly string[]): Promise<void> {
  const stdout = openSink(1);
  try {
    const payload = readPayload();
    if (payload !== undefined) {
      const { answerPayload } = await import("../../../hosts/answer.ts");
      const text = await answerPayload(host, payload, process.env, {
        isTrusted: false,
        ...(event === undefined ? {} : { event }),
      });
      if (text !== "") stdout.write(`${text}\n`);
    }
  } catch {
    // What went wrong is in the session's receipt, where there is one.
  }
  process.exitCode = 0;
  if (isWritten(stdout)) process.exit();
}

function readPayload(): unknown {
  const bytes = readFileSync(0);
  return bytes.length > MOST_BYTES ? undefined : (JSON.parse(bytes.toString("utf8")) as unknown);
}
