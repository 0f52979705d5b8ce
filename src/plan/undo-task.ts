import type { PlanEvent, PlanEventOf } from "./events.ts";
import type { Task, TaskUid } from "./state.ts";
import { CHANGED_SINCE, type Opposite, type Undoing } from "./undo.ts";

type TaskEvent = PlanEventOf<
  | "task.edited"
  | "task.reparented"
  | "task.reordered"
  | "task.dropped"
  | "task.restored"
  | "task.started"
  | "task.step-done"
  | "task.step-reopened"
  | "task.implemented"
  | "task.done"
  | "task.failed"
  | "task.blocked"
>;
