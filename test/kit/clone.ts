import { join } from "node:path";
import { snapshotPlan } from "../../src/plan/snapshot.ts";
import type { PlanCommand } from "../../src/plan/commands.ts";
import type { PlanState } from "../../src/plan/state.ts";
import { publish, trackWorkspace } from "../../src/engine/records/exchange.ts";
import { perform, type Performed } from "../../src/engine/perform.ts";
import { createPlan, type NewPlan } from "../../src/engine/plans/plans.ts";
import { PlanStore } from "../../src/engine/plans/plan-store.ts";
import { Workspace } from "../../src/engine/workspace.ts";
import type { Result } from "../../src/plan/refusal.ts";
import { runGit, tempDir, valueOf } from "../../src/workspace/git-fixture.ts";

/** One copy of a workspace, used as a program would use it: opened anew for every command, with a clock of its own. */
export class Clone {
  readonly root: string;
  readonly session: string;
  /** Milliseconds that this machine's clock is off. */
  readonly skewMs: number;
  readonly #home = tempDir();

  constructor(root: string, session: string, skewMs = 0) {
    this.root = root;
    this.session = session;
    this.skewMs = skewMs;
  }

  async open(cwd = this.root): Promise<Workspace> {
    const now = (): number => Date.now() + this.skewMs;
    const env = { HOME: this.#home, XDG_STATE_HOME: this.#home, HOLDFAST_SESSION: this.session };
    return valueOf(await Workspace.open({ cwd, env, now }));
  }

  async create(plan: NewPlan): Promise<void> {
    valueOf(await createPlan(await this.open(), plan));
  }

  async run(...commands: readonly PlanCommand[]): Promise<Performed> {
    return valueOf(await this.attempt(...commands));
  }

  async attempt(...commands: readonly PlanCommand[]): Promise<Result<Performed>> {
    return perform(await this.open(), "shared", commands);
  }

  async track(): Promise<void> {
    valueOf(await trackWorkspace(await this.open()));
  }

  /** Publishes and commits, as one does with the code. */
  async share(message: string): Promise<void> {
    valueOf(await publish(await this.open(), undefined));
    this.git("add", "-A");
    this.git("commit", "-q", "--allow-empty", "-m", message);
  }

  async state(cwd = this.root): Promise<PlanState> {
    const store = valueOf(PlanStore.open(await this.open(cwd), "shared"));
    store.close();
    return store.state;
  }

  /** The state as bytes: what two clones must have in common. */
  async bytes(): Promise<string> {
    return JSON.stringify(snapshotPlan(await this.state()));
  }

  async titles(): Promise<readonly string[]> {
    return [...(await this.state()).tasks.values()].map(({ title }) => title).sort();
  }

  git(...args: readonly string[]): string {
    return runGit(this.root, ...args);
  }

  /** Takes a branch of another clone and merges it with plain Git. */
  merge(other: Clone, branch = "main"): void {
    this.git("fetch", "-q", other.root, branch);
    this.git("merge", "-q", "--no-edit", "FETCH_HEAD");
  }

  /** Another copy on another machine, as far as the clock tells. */
  copy(name: string, session: string, skewMs = 0): Clone {
    const root = join(this.#home, name);
    runGit(this.#home, "clone", "-q", this.root, root);
    return new Clone(root, session, skewMs);
  }
}
