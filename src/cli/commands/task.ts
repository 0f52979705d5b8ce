import { command, type Command } from "../command.ts";
import * as plan from "./task/plan-specs.ts";
import * as work from "./task/work-specs.ts";

export const commands: readonly Command[] = [
  command(plan.add, async () => (await import("./task/add.ts")).addTask),
  command(plan.edit, async () => (await import("./task/edit.ts")).editTask),
  command(plan.list, async () => (await import("./task/list.ts")).listTasks),
  command(plan.show, async () => (await import("./task/show.ts")).showTask),
  command(plan.ready, async () => (await import("./task/list.ts")).listReady),
  command(plan.next, async () => (await import("./task/next.ts")).showNext),
  command(work.claim, async () => (await import("./task/claim.ts")).claimTask),
  command(work.start, async () => (await import("./task/claim.ts")).startTask),
  command(work.step, async () => (await import("./task/move.ts")).tickStep),
  command(work.implemented, async () => (await import("./task/finish.ts")).implementTask),
  command(work.done, async () => (await import("./task/finish.ts")).finishTask),
  command(work.block, async () => (await import("./task/block.ts")).blockTask),
  command(work.unblock, async () => (await import("./task/move.ts")).unblockTask),
  command(work.fail, async () => (await import("./task/move.ts")).failTask),
  command(work.retry, async () => (await import("./task/move.ts")).retryTask),
  command(work.release, async () => (await import("./task/move.ts")).releaseTask),
  command(plan.drop, async () => (await import("./task/move.ts")).dropTask),
  command(plan.restore, async () => (await import("./task/move.ts")).restoreTask),
  command(work.log, async () => (await import("./task/log.ts")).logTask),
  command(work.output, async () => (await import("./task/output.ts")).handleOutput),
  command(work.dir, async () => (await import("./task/output.ts")).printFolder),
  command(work.prompt, async () => (await import("./task/prompt.ts")).printPrompt),
  command(plan.count, async () => (await import("./task/count.ts")).countTasks),
  command(plan.hasBlockers, async () => (await import("./task/count.ts")).askBlockers),
];
