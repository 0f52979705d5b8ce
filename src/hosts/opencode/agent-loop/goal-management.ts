import { mkdir } from "node:fs/promises";
import { renderGoalWarning, type GoalView } from "../../../context/goal.ts";
import { isObject } from "../../../plan/shape.ts";
import type { Goal, GoalManagement, GoalManagementOptions, LoopEvent, PluginContext } from "./api.ts";
import { sessionOf } from "./event.ts";
import {
  expandPath,
  foreignOf,
  goalOf,
  GOALS_BASE_PATH,
  readGoalFile,
  saveTorn,
  sessionFolder,
  tombstoneOf,
  writeGoalFile,
  type GoalFile,
} from "./goal-file.ts";
import { GoalJournal, type Asked } from "./goal-journal.ts";
import { createLog, type Log } from "./log.ts";

/** What a judgement rests on where a program says nothing of it. */
const UNSAID = "nothing was said of it: a program called validateGoal";

/**
 * The goals of sessions, as their files say and their journal knows. The journal is the truth: a file that is missing,
 * torn or old is written again, and one that somebody else wrote well is taken in. Where there is no folder to keep a
 * journal in, the file is all there is.
 */
export class Goals implements GoalManagement {
  readonly #base: string;
  readonly #journal: GoalJournal;
  readonly #log: Log;
  /** What is being done for each session: one thing after the other. */
  readonly #queues = new Map<string, Promise<unknown>>();
  /** By session, when its goal was completed whose validation nobody is to be reminded of any more. */
  readonly #cleared = new Map<string, string | null>();
  readonly #onPlan = new Set<string>();

  constructor(
    context: PluginContext | undefined,
    { goalsBasePath = GOALS_BASE_PATH }: GoalManagementOptions,
    log?: Log,
  ) {
    this.#base = expandPath(goalsBasePath);
    const directory = context?.directory;
    this.#journal = new GoalJournal({ base: this.#base, ...(typeof directory === "string" && { directory }) });
    this.#log = log ?? createLog({ client: context?.client, source: "goals" });
  }

  readonly readGoal = (sessionID: string): Promise<Goal | null> => this.#inTurn(sessionID, () => this.#read(sessionID));
  readonly getGoal = (sessionID: string): Promise<Goal | null> => this.readGoal(sessionID);

  readonly writeGoal = (sessionID: string, goal: Goal): Promise<void> =>
    this.#inTurn(sessionID, async () => {
      await this.#makeFolder(sessionID);
      this.#mustBeKept(await this.#journal.import(sessionID, foreignOf(goal)));
      await writeGoalFile(this.#base, sessionID, goal);
    });

  readonly createGoal = (
    sessionID: string,
    title: string,
    doneCondition: string,
    description?: string,
  ): Promise<Goal> =>
    this.#inTurn(sessionID, async () => {
      await this.#makeFolder(sessionID);
      const given = { title, doneWhen: doneCondition, ...(description ? { description } : {}) };
      const set = this.#mustBeKept(await this.#journal.set(sessionID, given));
      const goal = goalOf(set?.goal ?? { ...given, status: "active", setAt: Date.now() });
      if (goal === null) throw new Error("bug: a goal that was set is over");
      await writeGoalFile(this.#base, sessionID, goal);
      return goal;
    });

  readonly completeGoal = (sessionID: string): Promise<Goal | null> =>
    this.#move(
      sessionID,
      () => this.#journal.complete(sessionID),
      (goal) => (goal.status === "active" ? { ...goal, status: "completed", completed_at: now() } : undefined),
      ({ status }) => status === "completed",
    );

  readonly validateGoal = (sessionID: string, lookedAt: string = UNSAID): Promise<Goal | null> =>
    this.#move(
      sessionID,
      () => this.#journal.validate(sessionID, lookedAt),
      (goal) => (goal.status === "completed" ? { ...goal, status: "validated", validated_at: now() } : undefined),
    );

  readonly cancelGoal = (sessionID: string, reason?: string): Promise<Goal | null> =>
    this.#inTurn(sessionID, async () => {
      const goal = await this.#read(sessionID);
      if (goal === null || goal.status === "validated") return null;
      const asked = await this.#journal.cancel(sessionID, reason);
      if (!asked.ok && !("nowhere" in asked)) return this.#refused("cancel", asked.refusal.message);
      const ended: GoalView = { ...foreignOf(goal), endedAt: Date.now(), ...(reason !== undefined && { reason }) };
      await writeGoalFile(this.#base, sessionID, tombstoneOf((asked.ok ? asked.value.goal : undefined) ?? ended));
      return goal;
    });

  readonly hasActiveGoal = async (sessionID: string): Promise<boolean> =>
    (await this.readGoal(sessionID))?.status === "active";

  readonly checkPendingValidation = async (sessionID: string): Promise<boolean> => {
    const goal = await this.readGoal(sessionID);
    return goal?.status === "completed" && this.#cleared.get(sessionID) !== goal.completed_at;
  };

  readonly clearPendingValidation = async (sessionID: string): Promise<void> => {
    const goal = await this.readGoal(sessionID);
    if (goal !== null) this.#cleared.set(sessionID, goal.completed_at);
  };

  readonly handler = async ({ event }: { event: LoopEvent }): Promise<void> => {
    try {
      const sessionID = sessionOf(event);
      const info = event.properties?.info;
      if (event.type !== "command" || sessionID === undefined || !isObject(info)) return;
      await this.#obey(sessionID, info["command"], isObject(info["args"]) ? info["args"] : {});
    } catch (error) {
      this.#log.error("a command event came to nothing", { error: String(error) });
    }
  };

  readonly cleanup = async (): Promise<void> => {
    await Promise.allSettled(this.#queues.values());
    this.#cleared.clear();
  };

  /** Whether the goal last read of a session is that of a plan, which Holdfast goes on with under a person's grant. */
  isOnPlan(sessionID: string): boolean {
    return this.#onPlan.has(sessionID);
  }

  /** What a goal command of a model came to, in the documented words. */
  readonly answer = (
    sessionID: string,
    ask: (journal: GoalJournal) => Promise<Asked<{ readonly text: string }>>,
  ): Promise<string> =>
    this.#inTurn(sessionID, async () => {
      await this.#makeFolder(sessionID);
      // What another program wrote counts before, and its file is told of what changed afterwards.
      await this.#read(sessionID);
      const asked = await ask(this.#journal);
      await this.#read(sessionID);
      return asked.ok ? asked.value.text : renderGoalWarning(asked.refusal);
    });

  async #obey(sessionID: string, command: unknown, args: Readonly<Record<string, unknown>>): Promise<void> {
    if (command === "goal_done") await this.completeGoal(sessionID);
    if (command === "goal_validate") await this.validateGoal(sessionID);
    if (command !== "goal_set") return;
    const { title, done_condition: doneCondition, description } = args;
    if (typeof title !== "string" || typeof doneCondition !== "string" || title === "" || doneCondition === "") {
      this.#log.error("goal_set needs a title and a done_condition", { sessionID });
      return;
    }
    await this.createGoal(sessionID, title, doneCondition, typeof description === "string" ? description : undefined);
  }

  async #read(sessionID: string): Promise<Goal | null> {
    const file = await readGoalFile(this.#base, sessionID);
    const copy = file.kind === "goal" ? foreignOf(file.goal) : undefined;
    const asked = await this.#journal.reconcile(sessionID, copy);
    if (!asked.ok) {
      if (!("nowhere" in asked)) this.#log.error("the journal of goals cannot be read", { why: asked.refusal.message });
      this.#report(sessionID, file);
      return file.kind === "goal" ? file.goal : null;
    }
    const view = asked.value;
    if (view?.plan === undefined) this.#onPlan.delete(sessionID);
    else this.#onPlan.add(sessionID);
    const goal = view === undefined ? null : goalOf(view);
    if (view === undefined || isCopyOf(file, goal)) {
      if (view === undefined) this.#report(sessionID, file);
      return goal;
    }
    await this.#rewrite(sessionID, file, goal ?? tombstoneOf(view));
    return goal;
  }

  /** A copy that cannot be written costs nobody the goal. */
  async #rewrite(sessionID: string, file: GoalFile, contents: object): Promise<void> {
    this.#report(sessionID, file);
    try {
      if (file.kind === "torn" && file.text.trim() !== "") await saveTorn(this.#base, sessionID, file.text);
      await writeGoalFile(this.#base, sessionID, contents);
    } catch (error) {
      this.#log.warn("the copy of a goal cannot be written", { sessionID, why: String(error) });
    }
  }

  #report(sessionID: string, file: GoalFile): void {
    if (file.kind === "torn") this.#log.warn("goal.json of a session is torn", { sessionID });
    if (file.kind === "unreadable")
      this.#log.warn("goal.json of a session cannot be read", { sessionID, why: file.why });
  }

  /** Moves the goal on in the journal, or where there is none in the file alone. */
  #move(
    sessionID: string,
    ask: () => Promise<Asked<{ readonly goal?: GoalView }>>,
    step: (goal: Goal) => Goal | undefined,
    isThere: (goal: Goal) => boolean = () => false,
  ): Promise<Goal | null> {
    return this.#inTurn(sessionID, async () => {
      const goal = await this.#read(sessionID);
      if (goal === null) return null;
      if (isThere(goal)) return goal;
      const asked = await ask();
      if (!asked.ok && !("nowhere" in asked)) return this.#refused("move", asked.refusal.message);
      const moved = asked.ok && asked.value.goal !== undefined ? goalOf(asked.value.goal) : step(goal);
      if (moved === undefined || moved === null) return null;
      await writeGoalFile(this.#base, sessionID, moved);
      return moved;
    });
  }

  #refused(what: string, why: string): null {
    this.#log.info(`a goal was not to ${what}`, { why });
    return null;
  }

  /** The value of what the journal was asked to keep; undefined where there is none to ask. Throws where it refused. */
  #mustBeKept<T>(asked: Asked<T>): T | undefined {
    if (asked.ok) return asked.value;
    if ("nowhere" in asked) return undefined;
    throw new Error(asked.refusal.message);
  }

  async #makeFolder(sessionID: string): Promise<void> {
    await mkdir(sessionFolder(this.#base, sessionID), { recursive: true });
  }

  #inTurn<T>(sessionID: string, work: () => Promise<T>): Promise<T> {
    const before = this.#queues.get(sessionID) ?? Promise.resolve();
    const turn = before.then(work, work);
    this.#queues.set(sessionID, turn);
    const forget = (): void => {
      if (this.#queues.get(sessionID) === turn) this.#queues.delete(sessionID);
    };
    turn.then(forget, forget);
    return turn;
  }
}

const now = (): string => new Date().toISOString();

const isCopyOf = (file: GoalFile, goal: Goal | null): boolean => {
  if (goal === null) return file.kind === "none";
  return file.kind === "goal" && JSON.stringify(file.goal) === JSON.stringify({ ...goal });
};

/** Also called without a context, as the documentation does: options are told by what they have. */
export function createGoalManagement(
  first: PluginContext | GoalManagementOptions = {},
  second?: GoalManagementOptions,
): GoalManagement {
  return "client" in first ? new Goals(first, second ?? {}) : new Goals(undefined, second ?? first);
}
