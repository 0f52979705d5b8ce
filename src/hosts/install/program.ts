import { cpSync, existsSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { version } from "../../version.ts";
import { codeOf, readSmallFile } from "../../workspace/files.ts";
import { namesIn } from "../../workspace/reading.ts";
import { ok, refused, type Result } from "../../plan/refusal.ts";
import { isObject } from "../../plan/shape.ts";
import { byVersion, LAUNCHER_MARK, launcherText, programsIn, type InstalledProgram } from "./launcher.ts";
import type { Part } from "./part.ts";
import { launcherOf, type Places } from "./places.ts";

/** Where package runners keep what they run once: it is gone some day. */
const PASSING = /[\\/](?:_npx|dlx(?:-[^\\/]*)?|bunx-[^\\/]*|xfs-[^\\/]*)[\\/]/;

const COPY_MARK = ".kept-by-holdfast";

/** The running program as it will be found again: itself, or the copy that is made of one that is only passing. */
export interface LastingProgram {
  readonly program: InstalledProgram;
  /** The folder that has to be copied first. */
  readonly copy?: { readonly from: string; readonly to: string };
}

/** `file` is the program's `holdfast.js`. */
export function lastingProgram(file: string, places: Places): LastingProgram {
  if (!PASSING.test(file)) return { program: { path: file, version } };
  const to = join(places.data, "programs", version);
  return {
    program: { path: join(to, "dist", "holdfast.js"), version },
    copy: { from: dirname(dirname(file)), to },
  };
}

/** Copies a program beside the account's other data, whole or not at all. */
export function copyProgram({ from, to }: { readonly from: string; readonly to: string }): Result<void> {
  if (existsSync(join(to, COPY_MARK))) return ok(undefined);
  const draft = `${to}.${process.pid}.tmp`;
  try {
    cpSync(join(from, "dist"), join(draft, "dist"), { recursive: true });
    cpSync(join(from, "package.json"), join(draft, "package.json"));
    writeFileSync(join(draft, COPY_MARK), "`holdfast uninstall` takes this folder away.\n");
    renameSync(draft, to);
    return ok(undefined);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    return refused("cannot-write", `${to} could not be written (${codeOf(error)})`, { place: to });
  }
}

/** Takes away the copies that were made; nothing that is not marked as one. */
export function removeCopies({ data }: Places): void {
  const folder = join(data, "programs");
  for (const name of namesIn(folder)) {
    if (existsSync(join(folder, name, COPY_MARK))) rmSync(join(folder, name), { recursive: true });
  }
  if (existsSync(folder) && namesIn(folder).length === 0) rmdirSync(folder);
}

/** The launcher as it is to be: it knows this program and those that it knew and that are still there. */
export function launcherPart(places: Places, program: InstalledProgram, node: string): Part {
  const path = launcherOf(places);
  const known = programsIn(readSmallFile(path) ?? "")
    .filter((file) => file !== program.path && existsSync(file))
    .map((file) => ({ path: file, version: versionOf(file) }));
  return {
    kind: "file",
    path,
    within: "/",
    what: "starts the program, wherever it is",
    text: launcherText(byVersion([program, ...known]), node),
    mark: LAUNCHER_MARK,
    isProgram: true,
  };
}

function versionOf(file: string): string {
  try {
    const manifest = JSON.parse(readFileSync(join(dirname(dirname(file)), "package.json"), "utf8")) as unknown;
    return isObject(manifest) && typeof manifest["version"] === "string" ? manifest["version"] : "0";
  } catch {
    return "0";
  }
}
