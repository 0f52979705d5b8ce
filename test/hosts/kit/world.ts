import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { startModelServer, type ModelServer } from "../../../src/hosts/model-server/server.ts";
import { claudeState } from "./claude.ts";
import { findCli, findRipgrep } from "./clis.ts";
import { codexConfig } from "./codex.ts";
import { openCodeConfig } from "./opencode.ts";
import { runProgram, stopAll, type Ended } from "./process.ts";
import { projectRoot } from "./root.ts";

const program = join(projectRoot, "dist", "holdfast.js");

/** For looking at what a host left behind. */
export const isKept = process.env["HOLDFAST_KEEP_WORLDS"] === "1";

/** A machine of one test's own: an empty home, a repository with one commit, a scripted model. */
export interface World {
  readonly home: string;
  readonly project: string;
  readonly model: ModelServer;
  /** Everything that a program in it is told of its surroundings. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs the built Holdfast in the project. */
  readonly holdfast: (...args: readonly string[]) => Promise<Ended>;
  /** The same, for what must succeed; gives what it printed. */
  readonly did: (...args: readonly string[]) => Promise<string>;
  readonly write: (path: string, text: string) => void;
  /** Puts a shell script in place of every Holdfast that hosts could start. */
  readonly replaceProgram: (script: string) => void;
}

export async function openWorld(): Promise<World & { readonly close: () => Promise<void> }> {
  const folder = realpathSync.native(mkdtempSync(join(tmpdir(), "holdfast-host-")));
  const [home, tmp, bin, project] = ["home", "tmp", "bin", "project"].map((name) => {
    const path = join(folder, name);
    mkdirSync(path);
    return path;
  }) as [string, string, string, string];
  for (const [name, target] of Object.entries(programs())) symlinkSync(target, join(bin, name));
  const env = {
    HOME: home,
    TMPDIR: tmp,
    // npm would ask its registry for a newer one.
    npm_config_update_notifier: "false",
    PATH: [bin, dirname(process.execPath), "/usr/local/bin", "/usr/bin", "/bin"].join(":"),
    TERM: "xterm-256color",
    LANG: "C.UTF-8",
    SHELL: "/bin/bash",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_AUTHOR_NAME: "A",
    GIT_AUTHOR_EMAIL: "a@example.invalid",
    GIT_COMMITTER_NAME: "A",
    GIT_COMMITTER_EMAIL: "a@example.invalid",
  };
  const git = (...args: readonly string[]) => execFileSync("git", args, { cwd: project, env });
  writeFileSync(join(project, "a.txt"), "a\n");
  git("init", "-q", "-b", "main");
  git("add", "-A");
  git("commit", "-q", "-m", "first");

  const model = await startModelServer();
  put(join(home, ".codex", "config.toml"), codexConfig(model.url, project));
  put(join(home, ".claude.json"), claudeState(project));
  put(join(home, ".config", "opencode", "opencode.json"), openCodeConfig(model.url));
  const holdfast = (...args: readonly string[]) =>
    runProgram(process.execPath, [program, ...args], { cwd: project, env });
  return {
    home,
    project,
    model,
    env,
    holdfast,
    did: async (...args) => {
      const { code, stdout, stderr } = await holdfast(...args);
      if (code !== 0) throw new Error(`holdfast ${args.join(" ")} ended with ${code}: ${stdout}${stderr}`);
      return stdout;
    },
    write: (path, text) => put(join(project, path), text),
    replaceProgram: (script) => {
      for (const path of [join(bin, "holdfast"), join(home, ".local", "share", "holdfast", "holdfast")]) {
        rmSync(path, { force: true });
        put(path, `#!/bin/sh\n${script}\n`);
        chmodSync(path, 0o755);
      }
    },
    close: async () => {
      await stopAll();
      await model.close();
      if (!isKept) await remove(folder);
    },
  };
}

/** Tools that a host has started may still be writing their last words when it has gone. */
async function remove(folder: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return rmSync(folder, { recursive: true, force: true });
    } catch (error) {
      if (attempt === 20) throw error;
      await wait(100);
    }
  }
}

function put(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** What is on the path of a world, besides the system's own. */
function programs(): Readonly<Record<string, string>> {
  const found = (["claude", "codex", "opencode"] as const).map((cli) => [cli, findCli(cli)] as const);
  const all = [...found, ["rg", findRipgrep()] as const, ["holdfast", program] as const];
  return Object.fromEntries(all.flatMap(([name, path]) => (path === undefined ? [] : [[name, path]])));
}
