import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import type { ProgramSight } from "./agent-programs.ts";

/** A process and the one that started it. */
export interface ProcessSight extends ProgramSight {
  readonly pid: number;
  readonly parent: number;
  /**
   * What tells one terminal session of processes from another, where that can be seen: one that has left its session,
   * as what agents run in their shells has, cannot come back to it.
   */
  readonly session?: string;
}

/** Deeper than any honest chain of shells. */
const DEEPEST = 128;

/**
 * A process and its ancestors, itself first, up to the first process of the machine or the container. Undefined where
 * one of them cannot be seen: then nothing may be concluded from the others.
 */
export async function lineageOf(
  pid: number,
  platform: NodeJS.Platform = process.platform,
): Promise<readonly ProcessSight[] | undefined> {
  const read = platform === "linux" ? readProc : await readerOfPs(platform);
  let sight = read?.(pid);
  const line: ProcessSight[] = sight === undefined ? [] : [sight];
  while (sight !== undefined && sight.parent !== 0) {
    if (line.length > DEEPEST) return undefined;
    sight = read?.(sight.parent);
    if (sight !== undefined) line.push(sight);
  }
  return sight === undefined ? undefined : line;
}

/** The same without the process itself. */
export async function ancestorsOf(
  pid: number,
  platform: NodeJS.Platform = process.platform,
): Promise<readonly ProcessSight[] | undefined> {
  return (await lineageOf(pid, platform))?.slice(1);
}

/** All processes that can be seen; undefined where the system does not tell which session each is in. */
export function listProcesses(): readonly ProcessSight[] | undefined {
  return process.platform === "linux" ? listPids().flatMap((pid) => readProc(pid) ?? []) : undefined;
}

/** The numbers of all processes; none but on Linux. */
export function listPids(): readonly number[] {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
}

type Reader = (pid: number) => ProcessSight | undefined;

function readProc(pid: number): ProcessSight | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in parentheses may hold anything, parentheses and spaces too.
    const close = stat.lastIndexOf(")");
    const comm = stat.slice(stat.indexOf("(") + 1, close);
    const [, ppid, , session] = stat.slice(close + 2).split(" ");
    const parent = Number(ppid);
    const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
    while (words.at(-1) === "") words.pop();
    const exe = exeOf(pid);
    if (!Number.isSafeInteger(parent)) return undefined;
    const seen = { ...(exe !== undefined && { exe }), ...(session !== undefined && { session }) };
    return { pid, parent, comm, argv: splitTitle(words), ...seen };
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
  const terminals = list("pid=,tty=");
  return names === undefined || words === undefined ? undefined : readerOfLists(names, words, terminals);
}

/** From what `ps` prints of `pid,ppid,comm`, of `pid,args` and of `pid,tty`: a session's own number it does not tell. */
export function readerOfLists(names: string, words: string, terminals = ""): Reader {
  const ttyOf = new Map<number, string>();
  for (const line of terminals.split("\n")) {
    const [, pid, tty] = /^\s*(\d+)\s+([a-z]\S*)\s*$/.exec(line) ?? [];
    if (pid !== undefined && tty !== undefined) ttyOf.set(Number(pid), tty);
  }
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
    const tty = ttyOf.get(pid);
    const seen = tty === undefined ? {} : { session: tty };
    sights.set(pid, { pid, parent: Number(parent), comm, argv: splitArgs(comm, args), ...seen });
  }
  return (pid) => sights.get(pid);
}

/** `ps` does not say where a word ends; where the program's path begins the line, its spaces are known. */
function splitArgs(comm: string, args: string): readonly string[] {
  const program = args.startsWith(`${comm} `) || args === comm ? comm : (args.split(/\s+/)[0] ?? "");
  const rest = args.slice(program.length).trim();
  return rest === "" ? [program] : [program, ...rest.split(/\s+/)];
}
