import { statSync } from "node:fs";
import type { GoalView } from "../../../context/goal.ts";
import type { ForeignGoal, GoalAnswer, NewGoal } from "../../../engine/goals/goals.ts";
import type { Workspace } from "../../../engine/workspace.ts";
import type { Refusal, Result } from "../../../plan/refusal.ts";
import type * as Engine from "./goal-engine.ts";
import { sessionKeyOf } from "./session-id.ts";

/** The folder for what Holdfast keeps beside the sessions' folders; no session's folder begins with a dot. */
const FOLDER = ".holdfast";

/** Where goals are kept: the project that is worked in, and the folder that the copies are in. */
export interface GoalPlace {
  readonly directory?: string;
  readonly base: string;
}

type Goals = typeof Engine;

const isFolder = (path: string): boolean => {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
};

/** What the journal was asked, or why it could not be: `nowhere` where no folder is there to keep one in. */
export type Asked<T> = Result<T> | { readonly ok: false; readonly nowhere: true; readonly refusal: Refusal };

/** The journal of goals, as one session asks it. Nothing is loaded and nothing is made before there is a folder. */
export class GoalJournal {
  readonly #place: GoalPlace;

  constructor(place: GoalPlace) {
    this.#place = place;
  }

  set(sessionID: string, goal: NewGoal): Promise<Asked<GoalAnswer>> {
    return this.#ask(sessionID, (workspace, goals) => goals.setGoal(workspace, goal));
  }

  complete(sessionID: string): Promise<Asked<GoalAnswer>> {
    return this.#ask(sessionID, (workspace, goals) => goals.completeGoal(workspace));
  }

  validate(sessionID: string, looked: string | undefined): Promise<Asked<GoalAnswer>> {
    return this.#ask(sessionID, (workspace, goals) => goals.validateGoal(workspace, { looked }));
  }

  cancel(sessionID: string, reason: string | undefined): Promise<Asked<GoalAnswer>> {
    return this.#ask(sessionID, (workspace, goals) => goals.cancelGoal(workspace, { reason }));
  }

  adopt(sessionID: string, id: string): Promise<Asked<GoalAnswer>> {
    return this.#ask(sessionID, (workspace, goals) => goals.adoptGoal(workspace, { id }));
  }

  show(sessionID: string): Promise<Asked<GoalAnswer>> {
    const adoptBy = (id: string): string => `goal_status with adopt "${id}"`;
    return this.#ask(sessionID, async (workspace, goals) => goals.showGoal(workspace, undefined, { adoptBy }));
  }

  import(sessionID: string, goal: ForeignGoal): Promise<Asked<GoalView>> {
    return this.#ask(sessionID, (workspace, goals) => goals.importGoal(workspace, goal));
  }

  reconcile(sessionID: string, copy: ForeignGoal | undefined): Promise<Asked<GoalView | undefined>> {
    return this.#ask(sessionID, (workspace, goals) => goals.reconcileGoal(workspace, copy));
  }

  async #ask<T>(sessionID: string, ask: (workspace: Workspace, goals: Goals) => Promise<Result<T>>): Promise<Asked<T>> {
    const { directory, base } = this.#place;
    const project = directory !== undefined && isFolder(directory) ? directory : undefined;
    if (project === undefined && !isFolder(base)) return NOWHERE;
    const goals = await import("./goal-engine.ts");
    const session = sessionKeyOf(sessionID);
    const opened = await goals.openWorkspace({ session, project, base, folder: FOLDER, canUseBase: isFolder(base) });
    if (opened === undefined) return NOWHERE;
    if (!opened.ok) return opened;
    try {
      return await ask(opened.value, goals);
    } finally {
      opened.value.close();
    }
  }
}

const NOWHERE = {
  ok: false,
  nowhere: true,
  refusal: { reason: "no-workspace", message: "There is no folder yet to keep a journal in." },
} as const;
