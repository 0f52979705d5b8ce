import type { HostAdapter } from "../adapter.ts";
import { readEvent } from "./event.ts";
import { readMeter } from "./meter.ts";
import { writeReply } from "./reply.ts";
import { readTyped } from "./typed-prompts.ts";

/** Claude Code: it cuts above 10,000 characters of one hook's output. */
export const claude: HostAdapter = {
  name: "claude",
  limits: { bytes: 9_500, rewritesPrompts: true },
  read: readEvent,
  write: writeReply,
  readMeter,
  readTyped,
};
