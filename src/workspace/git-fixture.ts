import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterEach } from "vitest";
import type { Refusal, Result } from "../plan/refusal.ts";

Object.assign(process.env, {
  GIT_CONFIG_GLOBAL: process.platform === "win32" ? "NUL" : "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_AUTHOR_NAME: "A",
  GIT_AUTHOR_EMAIL: "a@example.invalid",
  GIT_COMMITTER_NAME: "A",
  GIT_COMMITTER_EMAIL: "a@example.invalid",
});

const made: string[] = [];

afterEach(() => {
  for (const dir of made.splice(0)) rmSync(dir, { recursive: true, force: true });
});

/** A temporary folder, by its real path, that is gone after the test. */
export const tempDir = (): string => {
  const dir = realpathSync.native(mkdtempSync(join(tmpdir(), "holdfast-")));
  made.push(dir);
  return dir;
};

/** Runs Git for a test, outside the code under test. */
export const runGit = (cwd: string, ...args: readonly string[]): string =>
  execFileSync("git", args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();

/** Writes files by their paths, with their folders. */
export const writeFiles = (root: string, files: Readonly<Record<string, string>>): void => {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
};

/** A repository with one commit on `main`. */
export const makeRepository = (dir: string, files: Readonly<Record<string, string>> = { "a.txt": "a\n" }): string => {
  mkdirSync(dir, { recursive: true });
  runGit(dir, "init", "-q", "-b", "main");
  writeFiles(dir, files);
  runGit(dir, "add", "-A");
  runGit(dir, "commit", "-q", "-m", "first");
  return dir;
};

/** The value of a result that must be one. */
export const valueOf = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Error(`${result.refusal.reason}: ${result.refusal.message}`);
  return result.value;
};

/** The refusal of a result that must be one. */
export const refusalOf = (result: Result<unknown>): Refusal => {
  if (result.ok) throw new Error(`not refused: ${JSON.stringify(result.value)}`);
  return result.refusal;
};

/** What is loaded at once with a file of this folder: paths of the project, and Node's modules. */
export const listStartupImports = async (file: string): Promise<readonly string[]> => {
  const here = dirname(fileURLToPath(import.meta.url));
  const { metafile } = await build({
    entryPoints: [join(here, file)],
    absWorkingDir: join(here, "..", ".."),
    bundle: true,
    splitting: true,
    write: false,
    metafile: true,
    outdir: "out",
    format: "esm",
    platform: "node",
    logLevel: "silent",
  });
  const found = new Set<string>();
  const visit = (path: string): void => {
    if (found.has(path)) return;
    found.add(path);
    for (const { path: next, kind } of metafile.inputs[path]?.imports ?? []) if (kind !== "dynamic-import") visit(next);
  };
  visit(`src/workspace/${file}`);
  return [...found];
};
