import { agentOf, agentVariable } from "../../workspace/agent-programs.ts";
import { ancestorsOf, listPids, type ProcessSight } from "../../workspace/process-table.ts";
import { environmentOf } from "../../workspace/started-by-host.ts";

export interface HostProcess {
  /** Of this process, the program and its script first. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What it was started with, where the system tells. */
  readonly startedWith: Readonly<Record<string, string | undefined>>;
  /** The parent first; undefined where they cannot be seen. */
  readonly ancestors: () => Promise<readonly ProcessSight[] | undefined>;
}

/** Whether OpenCode was started for one prompt, after which it ends. */
export const isOnePrompt = (argv: readonly string[]): boolean => argv.slice(1).includes("run");

/**
 * Whether a person can be the one who speaks to this OpenCode: not where it runs one prompt and ends, not where a
 * worker of ours runs in it, not where an agent is among the programs that led to it, or started it apart from itself.
 * What cannot be seen counts against.
 */
export async function isPersonsHost({ argv, env, startedWith, ancestors }: HostProcess): Promise<boolean> {
  if (isOnePrompt(argv) || (env["HOLDFAST_WORKER"] ?? "") !== "") return false;
  if (agentVariable(Object.keys(startedWith).length > 0 ? startedWith : withoutOwn(env)) !== undefined) return false;
  const programs = await ancestors();
  if (programs === undefined) return false;
  // Its npm package starts the program from a script of its own.
  const isLauncher = (one: ProcessSight): boolean => one.comm.startsWith("node") && agentOf(one) === "opencode";
  const above = programs[0] !== undefined && isLauncher(programs[0]) ? programs.slice(1) : programs;
  return above.every((program) => agentOf(program) === undefined);
}

/** OpenCode adds these itself. */
const OWN: ReadonlySet<string> = new Set(["AGENT", "OPENCODE", "OPENCODE_PID"]);

const withoutOwn = (env: HostProcess["env"]): HostProcess["env"] =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !OWN.has(name)));

/**
 * Whether something runs that a shell of this OpenCode's has started, whoever is above it by now: it could speak by the
 * host's own interface. Seen on Linux alone.
 */
export function hasLeftRunning(pid: number = process.pid): boolean {
  const isLeft = (one: number): boolean => {
    const env = environmentOf(one);
    return env["OPENCODE_PID"] === String(pid) && env["HOLDFAST_SESSION"] !== undefined;
  };
  return listPids().some((one) => one !== pid && isLeft(one));
}

/** Looked at once: ancestors do not change, but for those that end. */
export function personsHost(host: HostProcess = thisProcess()): () => Promise<boolean> {
  let answer: Promise<boolean> | undefined;
  return () => (answer ??= isPersonsHost(host));
}

const thisProcess = (): HostProcess => ({
  argv: process.argv,
  env: process.env,
  startedWith: environmentOf(process.pid),
  ancestors: () => ancestorsOf(process.pid),
});
