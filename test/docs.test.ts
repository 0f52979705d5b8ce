import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
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
  const commands = [...section.matchAll(/^ {4}(npx holdfast .+)$/gm)].map(([, line = ""]) => line);
  expect(commands).toHaveLength(5);
  const desk = new Desk();
  const env = {
    PATH: process.env["PATH"],
    NODE: process.execPath,
    PROGRAM: program.path,
    ...desk.env("claude:reader"),
  };
  const ran = commands.map((command) => {
    const script = `npx() { shift; "$NODE" "$PROGRAM" "$@"; }\n${command}`;
    return spawnSync("sh", ["-c", script], { cwd: desk.root, env, encoding: "utf8" });
  });
  expect(ran.map(({ status, stderr }) => [status, stderr])).toEqual(commands.map(() => [0, ""]));
  expect(ran[3]?.stdout).toContain("T1");
  expect(ran[4]?.stdout).toContain("0/2");
});
