import { Workspace } from "../../../engine/workspace.ts";
import { ok, type Result } from "../../../plan/refusal.ts";

export { reconcileGoal } from "../../../engine/goals/goal-copy.ts";
export {
  adoptGoal,
  cancelGoal,
  completeGoal,
  importGoal,
  setGoal,
  showGoal,
  validateGoal,
} from "../../../engine/goals/goals.ts";

interface Place {
  readonly session: string;
  readonly project: string | undefined;
  readonly base: string;
  readonly folder: string;
  /** Whether there is a base folder, where no project has a workspace. */
  readonly canUseBase: boolean;
}

/** Of the environment, what names a workspace or a plan is meant for the command line. */
const NOT_OURS = /^(?:HOLDFAST_(?:ROOT|FOLDER|PLAN|SESSION|WORKER|PID)$)/;

/**
 * The workspace of the project, where it has one; else one of the goals' own, beside their files, so that no project
 * gets a folder that nobody asked for. Undefined where there is neither.
 */
export async function openWorkspace(place: Place): Promise<Result<Workspace> | undefined> {
  const { session, project, base, folder, canUseBase } = place;
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !NOT_OURS.test(name)));
  if (project !== undefined) {
    const opened = await Workspace.open({ cwd: project, env, session });
    if (opened.ok && opened.value.exists) return ok(opened.value);
    if (opened.ok) opened.value.close();
  }
  if (!canUseBase) return undefined;
  return Workspace.open({
    cwd: base,
    root: base,
    env: { ...env, HOLDFAST_FOLDER: folder },
    session,
    mayCreate: true,
    private: project === undefined ? {} : { project },
  });
}
