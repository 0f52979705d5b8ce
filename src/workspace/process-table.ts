import { readFileSync, readlinkSync } from "node:fs";
import type { ProgramSight } from "./agent-programs.ts";

/** A process and the one that started it. */
export interface ProcessSight extends ProgramSight {
  readonly pid: number;
  readonly parent: number;
}

/** Deeper than any honest chain of shells. */
const DEEPEST = 128;

/**
 * The ancestors of a process, its parent first, up to the first process of the machine or the container. Undefined
 * where one of them cannot be seen: then nothing may be concluded from the others.
 */
export async function ancestorsOf(
  pid: number,
  platform: NodeJS.Platform = process.platform,
): Promise<readonly ProcessSight[] | undefined> {
  const read = platform === "linux" ? readProc : await readerOfPs(platform);
  let sight = read?.(pid);
  const ancestors: ProcessSight[] = [];
  while (sight !== undefined && sight.parent !== 0) {
    if (ancestors.length === DEEPEST) return undefined;
    sight = read?.(sight.parent);
    if (sight !== undefined) ancestors.push(sight);
  }
  return sight === undefined ? undefined : ancestors;
}

type Reader = (pid: number) => ProcessSight | undefined;

function readProc(pid: number): ProcessSight | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in parentheses may hold anything, parentheses and spaces too.
    const close = stat.lastIndexOf(")");
    const comm = stat.slice(stat.indexOf("(") + 1, close);
    const parent = Number(stat.slice(close + 2).split(" ")[1]);
    const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
    while (words.at(-1) === "") words.pop();
    const exe = exeOf(pid);
    if (!Number.isSafeInteger(parent)) return undefined;
    return { pid, parent, comm, argv: splitTitle(words), ...(exe !== undefined && { exe }) };
  } catch {
    return undefined;
  }
}

/** Another account's is not ours to read, and says little that the words do not. */
function exeOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, "");
  } catch {
    return undefined;
  }
}

/** A program that has given itself a title shows one long word. */
const splitTitle = (words: readonly string[]): readonly string[] =>
  words.length === 1 ? words[0]!.trim().split(/\s+/) : words;

async function readerOfPs(platform: NodeJS.Platform): Promise<Reader | undefined> {
  if (platform === "win32") return undefined;
  const { spawnSync } = await import("node:child_process");
  const list = (columns: string): string | undefined => {
    const ps = spawnSync("/bin/ps", ["-axww", "-o", columns], { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
    return ps.status === 0 ? ps.stdout : undefined;
  };
  const names = list("pid=,ppid=,comm=");
  const words = list("pid=,args=");
  return names === undefined || words === undefined ? undefined : readerOfLists(names, words);
}

/** From what `ps` prints of `pid,ppid,comm` and of `pid,args`. */
export function readerOfLists(names: string, words: string): Reader {
  const argsOf = new Map<number, string>();
  for (const line of words.split("\n")) {
    const [, pid, args] = /^\s*(\d+)\s+(.*?)\s*$/.exec(line) ?? [];
    if (pid !== undefined && args !== undefined) argsOf.set(Number(pid), args);
  }
  const sights = new Map<number, ProcessSight>();
  for (const line of names.split("\n")) {
    const [, id, parent, comm] = /^\s*(\d+)\s+(\d+)\s+(.*?)\s*$/.exec(line) ?? [];
    const pid = Number(id);
    const args = argsOf.get(pid);
    if (parent === undefined || comm === undefined || args === undefined) continue;
    sights.set(pid, { pid, parent: Number(parent), comm, argv: splitArgs(comm, args) });
  }
  return (pid) => sights.get(pid);
}

/** `ps` does not say where a word ends; where the program's path begins the line, its spaces are known. */
function splitArgs(comm: string, args: string): readonly string[] {
  const program = args.startsWith(`${comm} `) || args === comm ? comm : (args.split(/\s+/)[0] ?? "");
  const rest = args.slice(program.length).trim();
  return rest === "" ? [program] : [program, ...rest.split(/\s+/)];
}
