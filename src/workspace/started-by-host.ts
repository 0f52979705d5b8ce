import { fstatSync, readFileSync } from "node:fs";
import { agentOf, agentVariable } from "./agent-programs.ts";
import { lineageOf, type ProcessSight } from "./process-table.ts";

/**
 * Whether this process is a part of a host that a person uses: started by the host's program itself, spoken to over a
 * pipe, and no agent further up. What cannot be seen counts against. An agent's shell may put itself away with `exec`,
 * and its child then looks like the host's own; but hosts give their shells a terminal session of their own, which
 * nothing in it can leave for the host's. A host that an agent started apart from itself still has what the agent set.
 */
export async function isStartedByHost(host: "claude" | "codex"): Promise<boolean> {
  if (!isPipe(0) || !isChildOfHost(await lineageOf(process.pid), host)) return false;
  return agentVariable(environmentOf(process.ppid)) === undefined;
}

/** The part of it that the process table tells; the process itself comes first. */
export function isChildOfHost(lineage: readonly ProcessSight[] | undefined, host: "claude" | "codex"): boolean {
  const [own, parent, ...above] = lineage ?? [];
  if (own?.session === undefined || own.session !== parent?.session || !isProgramOf(host, parent)) return false;
  const rest = withoutStarters(above, host, own.session);
  // A server in the background has left the terminal of the program that started it and, for as long as that runs, is below.
  const [starter] = rest;
  const isBelow = isBackgroundServer(parent) && starter !== undefined && !isBackgroundServer(starter);
  return !(isBelow ? withoutStarters(rest, host, starter.session) : rest).some((sight) => agentOf(sight) !== undefined);
}

/** A launcher may stand above the program that it started, in the same session. */
function withoutStarters(
  above: readonly ProcessSight[],
  host: "claude" | "codex",
  session: string | undefined,
): readonly ProcessSight[] {
  const end = above.findIndex(
    (sight) => session === undefined || sight.session !== session || !isProgramOf(host, sight),
  );
  return end < 0 ? [] : above.slice(end);
}

/** Codex serves conversations from the background, to whatever program speaks to it. */
export const isBackgroundServer = ({ argv }: ProcessSight): boolean =>
  argv.includes("app-server") && argv.includes("--listen") && !argv.includes("stdio://");

const isProgramOf = (host: string, sight: ProcessSight): boolean => agentOf(sight)?.includes(host) === true;

/** What a process was started with, where the system tells; nothing where it does not. */
export function environmentOf(pid: number): Readonly<Record<string, string>> {
  try {
    const words = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
    return Object.fromEntries(words.map((word) => [word.split("=", 1)[0] ?? "", word.slice(word.indexOf("=") + 1)]));
  } catch {
    return {};
  }
}

function isPipe(fd: number): boolean {
  try {
    const stats = fstatSync(fd);
    return stats.isFIFO() || stats.isSocket();
  } catch {
    return false;
  }
}
