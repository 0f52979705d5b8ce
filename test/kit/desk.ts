import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PlanStore } from "../../src/engine/plans/plan-store.ts";
import { Workspace } from "../../src/engine/workspace.ts";
import { makeRepository, tempDir, valueOf } from "../../src/workspace/git-fixture.ts";
import { runCli, type CliResult } from "./cli.ts";

interface DeskOptions {
  readonly session?: string;
  readonly stdin?: string | Uint8Array;
  readonly tty?: boolean;
  readonly cwd?: string;
}

/** A repository of its own with somebody who types commands in it; nothing of the machine's own leaks in. */
export class Desk {
  readonly root: string;
  readonly home: string;

  constructor(root = makeRepository(join(tempDir(), "repo")), home = tempDir()) {
    this.root = root;
    this.home = home;
  }

  env(session?: string): Readonly<Record<string, string>> {
    const { home } = this;
    const quiet = { npm_config_update_notifier: "false" };
    return {
      HOME: home,
      XDG_STATE_HOME: home,
      ...quiet,
      ...(session === undefined ? {} : { HOLDFAST_SESSION: session }),
    };
  }

  run(args: readonly string[], { session, cwd = this.root, ...options }: DeskOptions = {}): Promise<CliResult> {
    return runCli(args, { cwd, env: this.env(session), ...options });
  }

  /** What a command prints that must succeed. */
  async do(...args: readonly string[]): Promise<string> {
    return this.doAs(undefined, ...args);
  }

  async doAs(session: string | undefined, ...args: readonly string[]): Promise<string> {
    const { code, out, err } = await this.run(args, session === undefined ? {} : { session });
    if (code !== 0) throw new Error(`holdfast ${args.join(" ")} ended with ${code}: ${err}`);
    return out;
  }

  /** What a command prints as JSON that must succeed. */
  async json<T = Record<string, unknown>>(...args: readonly string[]): Promise<T> {
    return JSON.parse(await this.do(...args, "--json")) as T;
  }

  path(...parts: readonly string[]): string {
    return join(this.root, ...parts);
  }

  read(...parts: readonly string[]): string {
    return readFileSync(this.path(...parts), "utf8");
  }

  has(...parts: readonly string[]): boolean {
    return existsSync(this.path(...parts));
  }
}

/** Writes notes `note 1` to `note <count>` into a plan's log, in one record. */
export async function noteMany(desk: Desk, plan: string, count: number): Promise<void> {
  const workspace = valueOf(await Workspace.open({ cwd: desk.root, env: desk.env() }));
  const store = valueOf(PlanStore.open(workspace, plan));
  const events = Array.from(
    { length: count },
    (_, at) => ({ type: "entry.added", kind: "log", text: `note ${at + 1}` }) as const,
  );
  valueOf(store.append(store.header(valueOf(await workspace.author(plan))), events));
  valueOf(store.project());
  store.close();
  workspace.close();
}
