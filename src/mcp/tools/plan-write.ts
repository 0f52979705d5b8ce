import * as z from "zod/mini";
import { editPlan } from "../../engine/plans/edit-plan.ts";
import { choosePlanOf } from "../../engine/plans/plan-rows.ts";
import { missingBriefFields } from "../../engine/plans/plan-view.ts";
import {
  createPlan,
  putAway,
  switchPlan,
  takeUp,
  type Switched,
  type SwitchOptions,
} from "../../engine/plans/plans.ts";
import { releaseSession } from "../../engine/sessions/sessions.ts";
import { BRIEF_FIELDS, TASK_FIELDS } from "../../engine/tasks/task-input.ts";
import type { Workspace } from "../../engine/workspace.ts";
import { counted } from "../../plan/counted.ts";
import { ok, refuse, refused, type Result } from "../../plan/refusal.ts";
import type { PlanState } from "../../plan/state.ts";
import type { Answer } from "../answer.ts";
import { defineTool, type Given } from "../tool.ts";
import { changed } from "./changed.ts";
import { described, given, optionalText } from "./fields.ts";

const { id, title, description, kind, steps, parents, priority, touches, agent } = TASK_FIELDS;

const task = z.strictObject({
  id,
  title: z.optional(title),
  description,
  kind,
  steps,
  parents,
  priority,
  touches,
  agent,
});

const input = z.strictObject({
  action: z.enum(["new", "edit", "switch", "observe", "release", "pause", "resume", "done", "abort"]),
  plan: described(optionalText, "slug"),
  title: optionalText,
  slug: optionalText,
  phase: optionalText,
  why: optionalText,
  brief: z.optional(z.strictObject(BRIEF_FIELDS)),
  tasks: z.optional(z.array(task)),
  dirty: described(z.optional(z.enum(["stash", "keep"])), "uncommitted changes, on leaving a plan"),
});

type Input = Given<z.output<typeof input>>;

export const planWrite = defineTool({
  name: "plan_write",
  description:
    "Make a plan (new: title, slug, brief, tasks in one call, once the person agreed to title and slug), turn to one (switch, observe), or change one (edit: lists replace; a task whose id exists is changed, others are added). Holdfast keeps plans for long work outside the chat.",
  input,
  run: async (asked, workspace) => {
    const misplaced = misplacedFields(asked);
    if (misplaced !== undefined) return { ok: false, refusal: misplaced };
    switch (asked.action) {
      case "new":
        return make(workspace, asked);
      case "edit":
        return edit(workspace, asked);
      case "switch":
      case "observe":
        return turn(workspace, asked);
      case "release":
        return release(workspace);
      case "resume":
        return resume(workspace, asked);
      case "pause":
      case "done":
      case "abort":
        return leave(workspace, asked.action, asked);
      default:
        return asked.action satisfies never;
    }
  },
});

const CONTENT = ["title", "phase", "brief", "tasks"] as const;
const TAKES: Readonly<Record<Input["action"], readonly (keyof Input)[]>> = {
  new: ["title", "slug", "brief", "tasks", "dirty"],
  edit: ["plan", ...CONTENT],
  switch: ["plan", "dirty"],
  observe: ["plan"],
  release: [],
  pause: ["plan", "why"],
  resume: ["plan", "why", "dirty"],
  done: ["plan", "why"],
  abort: ["plan", "why"],
};

/** A field that an action would not look at was meant for something: it is refused, not dropped. */
function misplacedFields(asked: Input) {
  const takes = TAKES[asked.action];
  const wrong = Object.keys(asked).find((key) => key !== "action" && !takes.includes(key as keyof Input));
  if (wrong === undefined) return undefined;
  const hint = takes.length === 0 ? `${asked.action} takes nothing else` : `it takes ${takes.join(", ")}`;
  return refuse("bad-arguments", `${asked.action} takes no ${wrong}`, { place: wrong, hint });
}

const leaving = ({ dirty }: Input): SwitchOptions =>
  dirty === undefined ? {} : dirty === "stash" ? { stash: true } : { allowDirty: true };

async function make(workspace: Workspace, asked: Input): Promise<Result<Answer>> {
  const { title, slug, brief, tasks = [] } = asked;
  if (title === undefined || title.trim() === "") {
    return refused("bad-arguments", "a plan needs a title", { place: "title" });
  }
  const untitled = tasks.findIndex((each) => each.title === undefined);
  if (untitled >= 0) return refused("bad-arguments", "a task needs a title", { place: `tasks[${untitled}].title` });
  const named = tasks.map((each) => ({ ...each, title: each.title ?? "" }));
  const made = await createPlan(
    workspace,
    { title: title.trim(), ...given({ slug, brief }), tasks: named },
    leaving(asked),
  );
  if (!made.ok) return made;
  const { state } = made.value;
  const missing = missingBriefFields(state.brief);
  const lacks = missing.length === 0 ? "" : `; the brief lacks ${missing.join(", ")}`;
  const line = `began ${state.slug} with ${counted(state.tasks.size, "task")}; this session is its ${made.value.bound.as}${lacks}`;
  return ok(changed(made.value, line, { ...boundData(made.value), tasks: idsOf(state), missing }));
}

async function edit(workspace: Workspace, { plan, title, phase, brief, tasks }: Input): Promise<Result<Answer>> {
  const edited = await editPlan(workspace, plan, given({ title, phase, brief, tasks }));
  if (!edited.ok) return edited;
  const { state, slug } = edited.value;
  const missing = missingBriefFields(state.brief);
  const line = `changed ${slug}: phase ${state.phase}, ${counted(state.tasks.size, "task")}`;
  return ok(changed(edited.value, line, { phase: state.phase, tasks: idsOf(state), missing }));
}

async function turn(workspace: Workspace, asked: Input): Promise<Result<Answer>> {
  const { plan, action } = asked;
  if (plan === undefined) return refused("bad-arguments", `${action} which plan?`, { place: "plan" });
  const role = action === "observe" ? ({ role: "observer", allowDirty: true } as const) : {};
  const turned = await switchPlan(workspace, plan, { ...leaving(asked), ...role });
  if (!turned.ok) return turned;
  const { bound } = turned.value;
  return ok({
    text: `this session is the ${bound.as} of ${bound.plan}`,
    data: { plan: bound.plan, ...boundData(turned.value) },
  });
}

async function release(workspace: Workspace): Promise<Result<Answer>> {
  const released = await releaseSession(workspace);
  if (!released.ok) return released;
  const { plan } = released.value;
  return ok({ text: `this session has let go of ${plan}`, data: { plan } });
}

async function resume(workspace: Workspace, asked: Input): Promise<Result<Answer>> {
  const slug = choosePlanOf(workspace, asked.plan, ["paused", "blocked", "verifying"]);
  if (!slug.ok) return slug;
  const command = { type: "resume-plan", ...given({ note: asked.why }) } as const;
  const taken = await takeUp(workspace, slug.value, command, leaving(asked));
  if (!taken.ok) return taken;
  const { state } = taken.value;
  return ok(
    changed(taken.value, `${state.slug} is ${state.status} again`, { status: state.status, ...boundData(taken.value) }),
  );
}

async function leave(
  workspace: Workspace,
  action: "pause" | "done" | "abort",
  { plan, why }: Input,
): Promise<Result<Answer>> {
  if (action === "abort" && (why ?? "").trim() === "") {
    return refused("bad-arguments", "a plan is not given up without a reason", { place: "why" });
  }
  const note = given({ note: why });
  const command =
    action === "abort"
      ? ({ type: "abort-plan", why: why ?? "" } as const)
      : action === "done"
        ? ({ type: "finish-plan", ...note } as const)
        : ({ type: "pause-plan", ...note } as const);
  const left = await putAway(workspace, plan, command);
  if (!left.ok) return left;
  const { state, slug } = left.value;
  const proof = state.proof === undefined ? "" : ` (${state.proof})`;
  return ok(
    changed(left.value, `${slug} is ${state.status}${proof}`, given({ status: state.status, proof: state.proof })),
  );
}

const boundData = ({ bound, stashed }: Switched) => ({ as: bound.as, ...(stashed.length === 0 ? {} : { stashed }) });

const LISTED_IDS = 100;
const idsOf = (state: PlanState): readonly string[] =>
  Array.from(state.tasks.values(), ({ id }) => id).slice(-LISTED_IDS);
