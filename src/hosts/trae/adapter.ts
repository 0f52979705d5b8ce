import type { HostAdapter } from "../adapter.ts";
import { writeReply } from "../claude/reply.ts";
import { readEvent } from "./event.ts";

/** TraeCLI (Coco), written from its reference. */
export const trae: HostAdapter = {
  name: "trae",
  limits: { bytes: 9_500, rewritesPrompts: true },
  read: readEvent,
  write: writeReply,
};
