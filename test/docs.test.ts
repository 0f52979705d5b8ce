import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { Desk } from "./kit/desk.ts";
import { HookDesk } from "./kit/hooks.ts";
import { buildProgram, projectRoot } from "./kit/program.ts";

const program = await buildProgram();
afterAll(() => program.remove());

const read = (file: string): string => readFileSync(join(projectRoot, file), "utf8");

const pages = [
  "README.md",
  "AGENTS.md",
  "CONTRIBUTING.md",
  ...readdirSync(join(projectRoot, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => join("docs", name)),
];

/** Text without what is shown as code. */
const proseOf = (markdown: string): string =>
  markdown.replaceAll(/^```[\s\S]*?^```/gm, "").replaceAll(/`[^`\n]*`/g, "");

/** The targets of links that lead to other files, or to places in this one. */
const linksIn = (markdown: string): readonly string[] =>
  [...proseOf(markdown).matchAll(/\]\(([^()\s]+)\)/g)].flatMap(([, to = ""]) => (/^[a-z]+:/.test(to) ? [] : [to]));

/** The names by which headings are linked to. */
const anchorsOf = (markdown: string): readonly string[] =>
  [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );

function isDead(page: string, link: string): boolean {
  const [path = "", anchor] = link.split("#");
  const file = path === "" ? join(projectRoot, page) : join(projectRoot, dirname(page), path);
  if (!existsSync(file) || relative(projectRoot, file).startsWith("..")) return true;
  return anchor !== undefined && !anchorsOf(readFileSync(file, "utf8")).includes(anchor);
}

describe("the documents", () => {
  test.each(pages)("%s leads nowhere that is not there", (page) => {
    expect(linksIn(read(page)).filter((link) => isDead(page, link))).toEqual([]);
  });

  test("lead a reader to every page", () => {
    const reachable = new Set(["README.md"]);
    for (const page of reachable) {
      for (const link of linksIn(read(page))) {
        const target = join(dirname(page), link.split("#")[0] ?? "");
        if (pages.includes(target)) reachable.add(target);
      }
    }
    const lost = pages.filter((page) => !reachable.has(page) && !page.startsWith(join("docs", "decisions")));
    expect(lost).toEqual([]);
  });

  test("name every kind of file that a workspace has", async () => {
    const desk = new Desk();
    await desk.do("plan", "new", "Demo");
    await desk.do("init", "--track");
    await desk.do("task", "add", "A", "--id", "T1");
    await desk.do("task", "claim", "T1");
    await desk.do("task", "output", "T1", "--text", "done");
    await desk.do("lane", "create", "Look", "--id", "look", "--start");
    await desk.doAs("claude:a", "log", "x");
    await desk.do("publish");
    await new HookDesk(desk, "a").send("SessionStart.startup");
    const named = read("docs/files.md");
    const kinds = [".planning", ".git/holdfast"].flatMap((folder) =>
      readdirSync(desk.path(folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ name }) =>
          name
            .replace(/^c[0-9a-z]{8}\.jsonl$/, "<clone>.jsonl")
            .replace(/^.*\.beat$/, "<session>.beat")
            .replace(/^claude_.*\.(jsonl?)$/, "<session>.$1"),
        ),
    );
    expect(kinds.length).toBeGreaterThan(15);
    expect(kinds.filter((kind) => !new RegExp(`[\`/]${kind.replaceAll(".", "\\.")}\``).test(named))).toEqual([]);
  });
});

test("the five commands of the README work as they stand there", () => {
  const section = /## A plan in five commands\n([\s\S]*?)\n## /.exec(read("README.md"))?.[1] ?? "";
  const commands = typedIn(section);
  expect(commands).toHaveLength(5);
  const desk = new Desk();
  const ran = commands.map((command) => run(desk, "claude:reader", command));
  expect(ran.map(({ status, stderr }) => [status, stderr])).toEqual(commands.map(() => [0, ""]));
  expect(ran[3]?.stdout).toContain("T1");
  expect(ran[4]?.stdout).toContain("0/2");
});

/** The commands of a page or a part of one, as a person would type them. */
const typedIn = (markdown: string): readonly string[] =>
  [...markdown.matchAll(/^ {4}(npx holdfast .+)$/gm)].map(([, line = ""]) => line);

test("the commands of the onboarding lead from nothing to a session that goes on", () => {
  const desk = new Desk();
  mkdirSync(join(desk.home, ".claude"));
  const parts = read("docs/onboarding.md").split(/^## /m).slice(1);
  expect(parts.map((part) => typedIn(part).length > 0)).toEqual([true, true, true, false, true, true, false]);
  const shown = new Map<string, string>();
  for (const part of parts) {
    const number = Number.parseInt(part, 10);
    // The first session has ended when the next one comes.
    const session = number < 5 ? "claude:first" : "claude:next";
    if (number === 5) run(desk, "claude:first", "npx holdfast session release");
    for (const command of typedIn(part)) {
      const { status, stdout, stderr } = run(desk, session, command);
      expect({ command, status, stderr }).toEqual({ command, status: 0, stderr: "" });
      shown.set(command, stdout);
    }
  }
  expect(shown.get("npx holdfast init --yes")).toContain("Claude Code: set up");
  expect(shown.get("npx holdfast doctor")).toContain("Holdfast is in it by your own settings");
  expect(shown.get("npx holdfast context")).toContain("read the month in src/month.js, then its test");
  expect(shown.get("npx holdfast task next")).toContain("T1");
  expect(existsSync(join(desk.home, ".claude", "skills"))).toBe(false);
  expect(desk.has(".planning", "dates", "task_plan.md")).toBe(true);
});

function run(desk: Desk, session: string, command: string) {
  const env = { PATH: process.env["PATH"], NODE: process.execPath, PROGRAM: program.path, ...desk.env(session) };
  const script = `npx() { shift; "$NODE" "$PROGRAM" "$@"; }\n${command}`;
  return spawnSync("sh", ["-c", script], { cwd: desk.root, env, encoding: "utf8" });
}

describe("the page of the hosts", () => {
  const sections = read("docs/hosts.md").split(/^## /m);
  test.each([
    ["claude", "Claude Code"],
    ["codex", "Codex"],
    ["opencode", "OpenCode"],
  ])("names every file that init writes into %s, and no other", async (host, title) => {
    const table = [...(sections.find((text) => text.startsWith(`${title}\n`)) ?? "").matchAll(/^\| .+ \|$/gm)]
      .map(([row]) => row.split("|").slice(2, 4))
      .slice(1);
    for (const column of [0, 1]) {
      const desk = new Desk();
      const { agents } = await desk.json<{ agents: { changes: readonly { path: string; what: string }[] } }>(
        "init",
        ...["--host", host].concat(column === 1 ? ["--shared"] : []),
      );
      const written = agents.changes
        .filter(({ what }) => !what.startsWith("starts the program"))
        .map(({ path }) => path.replace(`${desk.home}/`, "~/").replace(`${desk.root}/`, ""));
      const named = [...new Set(table.flatMap((cells) => /`([^`]+)`/.exec(cells[column] ?? "")?.[1] ?? []))];
      const isNamed = (path: string, name: string): boolean =>
        path === name || (name.endsWith("/") && path.startsWith(name));
      expect(written.filter((path) => !named.some((name) => isNamed(path, name)))).toEqual([]);
      expect(named.filter((name) => !written.some((path) => isNamed(path, name)))).toEqual([]);
    }
  });
});
