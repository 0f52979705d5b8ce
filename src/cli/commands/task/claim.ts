import { leaseEnd } from "../../../context/stuck.ts";
import { isoTime } from "../../../context/time.ts";
import { parseDuration } from "../../../engine/duration.ts";
import { takeTask } from "../../../engine/tasks/task-claim.ts";
import { ok, refused, type Result } from "../../../plan/refusal.ts";
import type { Task } from "../../../plan/state.ts";
import type { Run } from "../../command.ts";
import { dim, type Text } from "../../text.ts";
import { changeTask, named } from "./report.ts";
import type { claim, start } from "./work-specs.ts";

const WEEK_MS = 7 * 86_400_000;

function readLease(text: string | undefined): Result<{ readonly leaseMs?: number }> {
  if (text === undefined) return ok({});
  const leaseMs = parseDuration(text);
  if (leaseMs !== undefined && leaseMs <= WEEK_MS) return ok({ leaseMs });
  return refused(
    "usage-invalid-value",
    `--lease takes a time such as 90s, 15m or 2h, up to 7d; not ${JSON.stringify(text)}`,
  );
}

export const claimTask: Run<typeof claim> = async ({ args: { id }, options }, context) => {
  const lease = readLease(options.lease);
  if (!lease.ok) return lease;
  const takeOver = options["take-over"] ? { takeOver: true } : {};
  return await changeTask(
    context,
    id,
    (workspace) => takeTask(workspace, context.global.plan, { type: "claim-task", id, ...lease.value, ...takeOver }),
    (task) => inHand(task, ["claimed ", named(task)]),
  );
};

export const startTask: Run<typeof start> = async ({ args: { id }, options }, context) => {
  const lease = readLease(options.lease);
  if (!lease.ok) return lease;
  const fence = options.fence === undefined ? {} : { fence: options.fence };
  return await changeTask(
    context,
    id,
    (workspace) => takeTask(workspace, context.global.plan, { type: "start-task", id, ...lease.value, ...fence }),
    (task) => inHand(task, ["started ", named(task)]),
  );
};

/** What the holder needs for everything that follows. */
function inHand({ id, claim, attemptCount }: Task, first: Text) {
  if (claim === undefined) return { lines: [first] };
  const until = isoTime(leaseEnd(claim));
  return {
    lines: [first],
    always: [
      `fence ${claim.fence}  attempt ${attemptCount}, held by ${claim.session} until ${until}`,
      dim(`holdfast task prompt ${id}`),
    ],
    more: { fence: claim.fence, attempt: attemptCount, leaseEndsAt: leaseEnd(claim) },
  };
}
