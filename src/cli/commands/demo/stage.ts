import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Output } from "../../output.ts";
import { bold, dim, inline } from "../../text.ts";

/** How one command of the tour ended. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A tour that cannot go on: something did not happen that should have. */
export class TourStopped extends Error {}

/** A temporary folder with an environment of its own, and the program as anybody would call it. */
export class Stage {
  readonly folder: string;
  readonly examples: string;
  readonly #out: Output;
  readonly #env: NodeJS.ProcessEnv;
  readonly #program: readonly [string, ...string[]];

  constructor(out: Output) {
    this.#out = out;
    this.folder = realpathSync(mkdtempSync(join(tmpdir(), "holdfast-demo-")));
    this.examples = findExamples();
    this.#program = [process.execPath, process.argv[1]!];
    this.#env = {
      PATH: process.env["PATH"],
      HOME: this.folder,
      TMPDIR: this.folder,
      XDG_STATE_HOME: join(this.folder, "state"),
      LC_ALL: "C",
      GIT_CONFIG_GLOBAL: process.platform === "win32" ? "NUL" : "/dev/null",
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_AUTHOR_NAME: "Tour",
      GIT_AUTHOR_EMAIL: "tour@localhost",
      GIT_COMMITTER_NAME: "Tour",
      GIT_COMMITTER_EMAIL: "tour@localhost",
      HOLDFAST_SESSION: "demo:lead",
      HOLDFAST_COMMAND: JSON.stringify(this.#program),
    };
  }

  chapter(title: string): void {
    this.#out.print();
    this.#out.print(bold(title));
  }

  say(text: string): void {
    this.#out.print(`  ${text}`);
  }

  /** Runs Holdfast and shows it; stops the tour where it ends otherwise than `expected`. */
  holdfast(where: string, args: readonly string[], options: { expected?: number; quiet?: boolean } = {}): Ran {
    const ran = this.#run(where, [...this.#program, ...args]);
    if (options.quiet !== true) this.#show(`holdfast ${args.map(quote).join(" ")}`, ran);
    return this.#check(`holdfast ${args.join(" ")}`, ran, options.expected ?? 0);
  }

  git(where: string, args: readonly string[], options: { quiet?: boolean } = {}): Ran {
    const ran = this.#run(where, ["git", ...args]);
    if (options.quiet !== true) this.#out.print(dim(`  $ git ${args.map(quote).join(" ")}`));
    return this.#check(`git ${args.join(" ")}`, ran, 0);
  }

  /** A worker process, with its words passed on as it says them. */
  worker(where: string, name: string, lease: string, more: NodeJS.ProcessEnv = {}): ChildProcess {
    const script = join(this.examples, "worker.mjs");
    const child = spawn(process.execPath, [script, name, join(this.examples, "work"), lease], {
      cwd: where,
      env: { ...this.#env, ...more },
      stdio: ["ignore", "pipe", "pipe"],
      // A group of its own, so that what the worker has started ends with it.
      detached: process.platform !== "win32",
    });
    for (const stream of [child.stdout, child.stderr]) {
      let rest = "";
      stream?.setEncoding("utf8").on("data", (text: string) => {
        const lines = (rest + text).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) this.#out.print(inline(line));
      });
    }
    return child;
  }

  /** Ends a worker and what it has started, at once and without asking. */
  async end(worker: ChildProcess): Promise<void> {
    if (worker.exitCode !== null || worker.signalCode !== null || worker.pid === undefined) return;
    const gone = new Promise((resolve) => worker.once("exit", resolve));
    if (process.platform === "win32") worker.kill("SIGKILL");
    else process.kill(-worker.pid, "SIGKILL");
    await gone;
  }

  /** Takes away what the constructor made, and nothing else. */
  clear(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #run(cwd: string, [file, ...args]: readonly string[]): Ran {
    mkdirSync(cwd, { recursive: true });
    const { status, stdout, stderr } = spawnSync(file!, args, {
      cwd,
      env: this.#env,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      maxBuffer: 64 * 1024 * 1024,
    });
    return { code: status ?? -1, out: stdout, err: stderr };
  }

  #show(typed: string, ran: Ran): void {
    this.#out.print(dim(`  $ ${typed}`));
    for (const line of `${ran.out}${ran.err}`.trimEnd().split("\n"))
      if (line !== "") this.#out.print(`    ${inline(line)}`);
  }

  #check(typed: string, ran: Ran, expected: number): Ran {
    if (ran.code === expected) return ran;
    throw new TourStopped(`${typed} ended with ${ran.code}, not ${expected}: ${ran.err.trim() || ran.out.trim()}`);
  }
}

const quote = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `"${word}"`);

/** The examples lie beside the program's folder, in a checkout and in an installed package alike. */
function findExamples(): string {
  for (let folder = dirname(realpathSync(process.argv[1]!)); ; folder = dirname(folder)) {
    const examples = join(folder, "examples");
    if (existsSync(join(examples, "worker.mjs"))) return examples;
    if (folder === dirname(folder)) throw new TourStopped("the examples that come with Holdfast are missing");
  }
}

/** The example project as a fresh repository with one commit. */
export function makeProject(stage: Stage): string {
  const project = join(stage.folder, "duration");
  cpSync(join(stage.examples, "duration"), project, { recursive: true });
  stage.git(project, ["init", "--quiet", "--initial-branch", "main"], { quiet: true });
  stage.git(project, ["add", "."], { quiet: true });
  stage.git(project, ["commit", "--quiet", "--message", "A project with failing tests"], { quiet: true });
  return project;
}
