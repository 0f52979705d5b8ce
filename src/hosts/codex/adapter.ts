import type { HostAdapter } from "../adapter.ts";
import { readContextUse } from "./context-use.ts";
import { readEvent } from "./event.ts";
import { readMeter } from "./meter.ts";
import { writeReply } from "./reply.ts";

/** Codex: it takes the middle out of what is above 2,500 tokens. */
export const codex: HostAdapter = {
  name: "codex",
  limits: { bytes: 9_500, tokens: 2_400 },
  read: readEvent,
  readContextUse,
  write: writeReply,
  readMeter,
};
