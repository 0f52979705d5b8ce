import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { agentOf, agentVariable } from "../../workspace/agent-programs.ts";
import { lineageOf, listProcesses, type ProcessSight } from "../../workspace/process-table.ts";
import { environmentOf, isBackgroundServer } from "../../workspace/started-by-host.ts";

/** How long before a prompt the queue was changed, where the prompt came out of it: some 20 ms were seen. */
const DEQUEUED_MS = 500;

/**
 * Whether a prompt that Codex has just told of may be an agent's. Codex takes prompts out of a queue that any program
 * may fill (`codex queue`), and its server in the background takes them from any program that speaks to it.
 */
export async function mayBeAgents(transcript: string | undefined, now = Date.now()): Promise<boolean> {
  if (isJustDequeued(transcript, now)) return true;
  const [server] = (await lineageOf(process.ppid)) ?? [];
  return server === undefined || (isBackgroundServer(server) && areAgentsAt(server, listProcesses()));
}

/** By the time of the queue's files; they lie in the folder in which the transcripts' is. */
export function isJustDequeued(transcript: string | undefined, now: number): boolean {
  const home = transcript?.split(/[/\\]sessions[/\\]/)[0];
  if (home === undefined || home === transcript) return true;
  try {
    const files = readdirSync(home).filter((name) => /^queue_\d+\.sqlite(?:-wal)?$/.test(name));
    return files.some((name) => Math.abs(now - statSync(join(home, name)).mtimeMs) < DEQUEUED_MS);
  } catch {
    return true;
  }
}

/**
 * Whether a program of an agent's runs that could speak to this server: one that a shell of Codex's started, which is
 * below the server in a terminal session of its own or has what Codex gives its shells, or a Codex that an agent started.
 */
export function areAgentsAt(server: ProcessSight, processes: readonly ProcessSight[] | undefined): boolean {
  if (processes === undefined) return true;
  const byId = new Map(processes.map((one) => [one.pid, one]));
  const isBelow = (one: ProcessSight): boolean => {
    const seen = new Set<number>();
    for (let at = byId.get(one.parent); at !== undefined && !seen.has(at.pid); at = byId.get(at.parent)) {
      if (at.pid === server.pid) return true;
      seen.add(at.pid);
    }
    return false;
  };
  return processes.some((one) => {
    if (one.session === server.session) return false;
    const env = environmentOf(one.pid);
    const isClient = agentOf(one)?.includes("codex") === true && agentVariable(env) !== undefined;
    return isClient || env["CODEX_THREAD_ID"] !== undefined || isBelow(one);
  });
}
