import type { CommandOf, PlanCommand, PlanSettings } from "../commands.ts";
import type { PlanEvent } from "../events.ts";
import { tryRecord } from "../evolve/evolve.ts";
import { planExists } from "../evolve/plan-events.ts";
import { validateId, validateSlug } from "../names.ts";
import type { PlacedRecord } from "../record.ts";
import { refuse } from "../refusal.ts";
import type { Brief, PlanState } from "../state.ts";
import { acceptCheck, addCheck, dropCheck, editCheck, recordEvidence, recordObserved } from "./checks.ts";
import { advise, collectErrors, deny, events, type Decision } from "./decision.ts";
import { findCriterion, findLane } from "./find.ts";
import { checkPlan } from "./plan-input.ts";
import { assessFinding, failReview, reportReview, requestReviews, waiveFinding, waiveReviewer } from "./reviews.ts";
import { addTasks } from "./task-input.ts";
import {
  aboutTask,
  blockTask,
  claimTask,
  dropTask,
  editTask,
  emptyBlocker,
  finishTask,
  reorderTask,
  reparentTask,
  startTask,
  tickStep,
} from "./tasks.ts";

export type { Decision } from "./decision.ts";

/** Everything about the record to be written, but its events. */
export type RecordHeader = Omit<PlacedRecord, "events">;

/**
 * What a command would write, or why it must not: `evolve` run dry, plus advice. The state is left as it is.
 * An accepted decision can still lose a race; the fold has the last word.
 */
export function decide(state: PlanState, command: PlanCommand, header: RecordHeader): Decision {
  if (state.status === "none" && command.type !== "create-plan") {
    return deny(refuse("no-such-plan", "the plan does not exist yet", { hint: "holdfast plan new" }));
  }
  const wanted = propose(state, command, header);
  if ("refusal" in wanted || wanted.events.length === 0) return wanted;
  const tried = tryRecord(state, { ...header, events: wanted.events });
  return "refusal" in tried ? deny(tried.refusal) : wanted;
}

const given = <T extends object>(fields: T): Partial<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;

function propose(state: PlanState, command: PlanCommand, header: RecordHeader): Decision {
  switch (command.type) {
    case "create-plan":
      return createPlan(state, command, header);
    case "edit-plan":
      return editPlan(command);
    case "rename-plan": {
      const valid = validateSlug(command.name);
      return valid.ok ? events({ type: "plan.renamed", alias: command.name }) : deny(valid.refusal);
    }
    case "pause-plan":
      return events({ type: "plan.paused", ...given({ note: command.note }) });
    case "resume-plan":
      if (state.status === "active") return advise(`${state.slug} is active already`);
      return events({ type: "plan.resumed", ...given({ note: command.note }) });
    case "block-plan": {
      const { tried, why, resolve } = command;
      if ([tried, why, resolve].some((text) => text.trim() === "")) {
        return deny(emptyBlocker(`${state.slug} cannot be blocked without a blocker`));
      }
      return events({ type: "plan.blocked", tried, why, resolve });
    }
    case "finish-plan":
      if (state.status === "done") return advise(`${state.slug} is done already`);
      return events({ type: "plan.done", ...given({ note: command.note, trees: command.trees }) });
    case "pass-wave":
      return events({ type: "wave.passed", wave: command.wave, ...given({ trees: command.trees }) });
    case "abort-plan":
      return events({ type: "plan.aborted", why: command.why });
    case "archive-plan":
      if (state.status === "archived") return advise(`${state.slug} is archived already`);
      return events({ type: "plan.archived" });
    case "reopen-plan":
      return events({ type: "plan.reopened", ...given({ why: command.why }) });
    case "enter-phase":
      if (state.phase === command.phase) return advise(`${state.slug} is in ${command.phase} already`);
      return events({ type: "phase.entered", phase: command.phase });
    case "edit-phase": {
      const { phase, title, status, doneWhen } = command;
      return events({ type: "phase.edited", phase, ...given({ title, status, doneWhen }) });
    }
    case "record-next":
      return events({ type: "next.recorded", what: command.what, ...given({ file: command.file }) });
    case "clear-next":
      if (state.nextAction === undefined) return advise("no next action is recorded");
      return events({ type: "next.cleared" });
    case "add-tasks":
      return addTasksOnly(state, command, header);
    case "edit-task":
      return editTask(state, command);
    case "reparent-task":
      return reparentTask(state, command);
    case "reorder-task":
      return reorderTask(state, command);
    case "drop-task":
      return dropTask(state, command);
    case "restore-task":
      return aboutTask(state, command.id, (task) => ({ type: "task.restored", task }));
    case "claim-task":
      return claimTask(state, command, header.by.session);
    case "start-task":
      return startTask(state, command, header.id);
    case "tick-step":
      return tickStep(state, command);
    case "finish-task":
      return finishTask(state, command);
    case "block-task":
      return blockTask(state, command);
    case "release-task": {
      const more = given({ fence: command.fence, note: command.note });
      return aboutTask(state, command.id, (task) => ({ type: "task.released", task, ...more }));
    }
    case "implement-task": {
      const { fence, note, changed } = command;
      const more = { ...given({ fence, note }), ...(changed === undefined ? {} : { changed: { ...changed } }) };
      return aboutTask(state, command.id, (task) => ({ type: "task.implemented", task, ...more }));
    }
    case "unblock-task":
      return aboutTask(state, command.id, (task) => ({
        type: "task.unblocked",
        task,
        ...given({ note: command.note }),
      }));
    case "fail-task": {
      const { why, fence, crashed } = command;
      const more = { ...given({ fence }), ...(crashed === true ? { crashed } : {}) };
      return aboutTask(state, command.id, (task) => ({ type: "task.failed", task, why, ...more }));
    }
    case "retry-task":
      return aboutTask(state, command.id, (task) => ({ type: "task.retried", task, ...given({ note: command.note }) }));
    case "add-output":
      return addOutput(state, command);
    case "log-task": {
      const { text } = command;
      return aboutTask(state, command.id, (task) => ({
        type: "task.logged",
        task,
        text,
        ...given({ fence: command.fence }),
      }));
    }
    case "add-entry": {
      const { type: _, id, ...note } = command;
      if (id === undefined) return events({ type: "entry.added", ...note });
      return aboutTask(state, id, (task) => ({ type: "entry.added", ...note, task }));
    }
    case "retract-entry":
      return events({ type: "entry.retracted", entry: command.entry });
    case "record-confidence": {
      const { id, score, why, fence } = command;
      if (id === undefined) return events({ type: "confidence.recorded", score, why });
      return aboutTask(state, id, (task) => ({ type: "confidence.recorded", task, score, why, ...given({ fence }) }));
    }
    case "waive-confidence": {
      const { id, why } = command;
      if (id === undefined) return events({ type: "confidence.waived", why });
      return aboutTask(state, id, (task) => ({ type: "confidence.waived", task, why }));
    }
    case "give-waiver": {
      const { subject, target, why } = command;
      return events({ type: "waiver.given", subject, target, why });
    }
    case "create-lane":
      return createLane(state, command);
    case "start-lane":
      return aboutLane(state, command.lane, (lane) => ({ type: "lane.started", lane }));
    case "block-lane":
      return aboutLane(state, command.lane, (lane) => ({ type: "lane.blocked", lane, why: command.why }));
    case "complete-lane": {
      const { summary, files } = command;
      return aboutLane(state, command.lane, (lane) => ({ type: "lane.completed", lane, summary, ...given({ files }) }));
    }
    case "cancel-lane":
      return aboutLane(state, command.lane, (lane) => ({
        type: "lane.cancelled",
        lane,
        ...given({ why: command.why }),
      }));
    case "promote-lane":
      return aboutLane(state, command.lane, (lane) => ({ type: "lane.promoted", lane, items: command.items }));
    case "add-check":
      return addCheck(state, command);
    case "edit-check":
      return editCheck(state, command, header);
    case "drop-check":
      return dropCheck(state, command, header);
    case "approve-plan":
      return events({ type: "plan.approved", checks: { ...command.checks }, ...given({ note: command.note }) });
    case "accept-check":
      return acceptCheck(state, command);
    case "settle-proposal": {
      const { proposal, take, why } = command;
      return events({ type: "proposal.settled", proposal, take, ...given({ why }) });
    }
    case "record-evidence":
      return recordEvidence(state, command);
    case "record-observed":
      return recordObserved(state, command);
    case "request-reviews":
      return requestReviews(state, command);
    case "report-review":
      return reportReview(state, command);
    case "fail-review":
      return failReview(state, command);
    case "assess-finding":
      return assessFinding(state, command);
    case "waive-finding":
      return waiveFinding(state, command);
    case "waive-reviewer":
      return waiveReviewer(state, command);
    case "sign-off-criterion": {
      const criterion = findCriterion(state, command.criterion);
      if ("refusal" in criterion) return criterion;
      return events({ type: "acceptance.signed-off", criterion: criterion.found.uid, why: command.why });
    }
    case "settle-conflict": {
      const { conflict, take, why } = command;
      return events({ type: "conflict.settled", conflict, take, why });
    }
    default: {
      const never: never = command;
      return never;
    }
  }
}

function createPlan(state: PlanState, command: CommandOf<"create-plan">, header: RecordHeader): Decision {
  const { slug, title, brief, tasks = [] } = command;
  if (state.status !== "none") return deny(planExists(state));
  const valid = validateSlug(slug);
  const errors = [...(valid.ok ? [] : [{ ...valid.refusal, place: "slug" }]), ...checkPlan(command)];
  const created: PlanEvent = { type: "plan.created", slug, title, ...settingsIn(command) };
  const before: PlanEvent[] = isSaid(brief) ? [created, briefEvent(brief)] : [created];
  const added = addTasks(state, tasks, header.id, before.length);
  if ("errors" in added) errors.push(...added.errors);
  if (errors.length > 0 || "errors" in added) return deny(collectErrors("bad-plan", "the plan", errors));
  return { events: [...before, ...added.events] };
}

function settingsIn({ planType, onBlocked, leaseMs, repos, pace, level, blocks, reviewers }: PlanSettings) {
  return given({ planType, onBlocked, leaseMs, repos, pace, level, blocks, reviewers });
}

const isSaid = (brief: Partial<Brief> | undefined): brief is Partial<Brief> =>
  brief !== undefined && Object.keys(given(brief)).length > 0;

const briefEvent = (brief: Partial<Brief>): PlanEvent => ({ ...given(brief), type: "brief.edited" });

function addTasksOnly(state: PlanState, { tasks }: CommandOf<"add-tasks">, header: RecordHeader): Decision {
  if (tasks.length === 0) return advise("no tasks given");
  const added = addTasks(state, tasks, header.id, 0);
  return "errors" in added ? deny(collectErrors("bad-tasks", "the tasks", added.errors)) : added;
}

function editPlan(command: CommandOf<"edit-plan">): Decision {
  const { title, brief } = command;
  const errors = checkPlan(command);
  if (errors.length > 0) return deny(collectErrors("bad-plan", "the plan", errors));
  const settings = { ...given({ title }), ...settingsIn(command) };
  const changes: PlanEvent[] = [];
  if (Object.keys(settings).length > 0)
    changes.push({ type: "plan.edited", ...settings, ...given({ why: command.why }) });
  if (isSaid(brief)) changes.push(briefEvent(brief));
  return changes.length === 0 ? advise("nothing to change") : { events: changes };
}

function addOutput(state: PlanState, { id, name, text, fence }: CommandOf<"add-output">): Decision {
  const valid = validateId(name);
  if (!valid.ok) {
    return deny(
      refuse("bad-name", `an output is named like a file without a folder, not ${JSON.stringify(name.slice(0, 80))}`),
    );
  }
  return aboutTask(state, id, (task) => ({ type: "task.output-added", task, name, text, ...given({ fence }) }));
}

function createLane(state: PlanState, command: CommandOf<"create-lane">): Decision {
  const { type: _, id, start, ...lane } = command;
  const begin: readonly PlanEvent[] = start === true ? [{ type: "lane.started", lane: lane.lane }] : [];
  if (id === undefined) return { events: [{ type: "lane.created", ...lane }, ...begin] };
  const created = aboutTask(state, id, (task) => ({ type: "lane.created", ...lane, task }));
  return "refusal" in created ? created : { events: [...created.events, ...begin] };
}

function aboutLane(state: PlanState, id: string, event: (lane: string) => PlanEvent): Decision {
  const lane = findLane(state, id);
  return "refusal" in lane ? lane : events(event(lane.found.id));
}
