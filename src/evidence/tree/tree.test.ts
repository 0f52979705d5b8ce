import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { makeRepository, refusalOf, runGit, tempDir, valueOf, writeFiles } from "../../workspace/git-fixture.ts";
import { changedFiles, readTree, scopeTree, type Tree, type TreeRequest } from "./tree.ts";

/** A repository, and what is wanted of it. */
function begin(files: Readonly<Record<string, string>> = { "a.txt": "a\n", "src/b.txt": "b\n" }) {
  const root = makeRepository(join(tempDir(), "repo"), files);
  return { root, request: { root, store: tempDir(), ignore: "", leaveOut: [], include: [] } satisfies TreeRequest };
}

const read = async (request: TreeRequest): Promise<Tree> => valueOf(await readTree(request));

/** As somebody finds it who never looked before. */
const readAfresh = (request: TreeRequest): Promise<Tree> => read({ ...request, store: tempDir() });

describe("the digest follows content", () => {
  test.each<[string, (root: string) => void, readonly string[]]>([
    ["an edit", (root) => writeFileSync(join(root, "a.txt"), "changed\n"), ["a.txt"]],
    ["an edit of the same size", (root) => writeFileSync(join(root, "a.txt"), "A\n"), ["a.txt"]],
    [
      "an edit of the same size with its time put back",
      (root) => {
        const { atime, mtime } = statSync(join(root, "a.txt"));
        writeFileSync(join(root, "a.txt"), "A\n");
        utimesSync(join(root, "a.txt"), atime, mtime);
      },
      ["a.txt"],
    ],
    ["a new file", (root) => writeFileSync(join(root, "new"), ""), ["new"]],
    ["a lost file", (root) => rmSync(join(root, "a.txt")), ["a.txt"]],
    ["a move", (root) => renameSync(join(root, "a.txt"), join(root, "c.txt")), ["a.txt", "c.txt"]],
    ["a mode", (root) => chmodSync(join(root, "a.txt"), 0o755), ["a.txt"]],
    [
      "a link in a file's place",
      (root) => {
        rmSync(join(root, "a.txt"));
        symlinkSync("src/b.txt", join(root, "a.txt"));
      },
      ["a.txt"],
    ],
    [
      "a folder in a file's place",
      (root) => {
        rmSync(join(root, "a.txt"));
        writeFiles(root, { "a.txt/inner": "x" });
      },
      ["a.txt", "a.txt/inner"],
    ],
    [
      "a repository in a file's place",
      (root) => {
        rmSync(join(root, "a.txt"));
        makeRepository(join(root, "a.txt"), { inner: "x" });
      },
      ["a.txt", "a.txt/inner"],
    ],
    [
      "a file in a folder's place",
      (root) => {
        rmSync(join(root, "src"), { recursive: true });
        writeFileSync(join(root, "src"), "b\n");
      },
      ["src", "src/b.txt"],
    ],
    [
      "a link in a folder's place",
      (root) => {
        renameSync(join(root, "src"), join(root, "moved"));
        symlinkSync("moved", join(root, "src"));
      },
      ["moved/b.txt", "src", "src/b.txt"],
    ],
    [
      "an edit under a name that is no text",
      (root) => writeFileSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0x61, 0xff])]), "x"),
      ["a\ufffd"],
    ],
    ["a strange name", (root) => writeFileSync(join(root, 'x"\n\t ü'), ""), ['x"\n\t ü']],
  ])("%s changes it, and is named", async (_what, change, named) => {
    const { root, request } = begin();
    const before = await read(request);
    change(root);
    const after = await read(request);
    expect(after.digest).not.toBe(before.digest);
    expect(changedFiles(before, after)).toEqual(named);
    expect((await readAfresh(request)).digest).toBe(after.digest);
  });

  test("what Git has of it changes nothing: staging, committing, branches, time stamps", async () => {
    const { root, request } = begin();
    writeFiles(root, { "a.txt": "changed\n", new: "" });
    const { digest } = await read(request);
    runGit(root, "add", "a.txt");
    expect((await read(request)).digest).toBe(digest);
    runGit(root, "add", "-A");
    runGit(root, "commit", "-q", "-m", "more");
    runGit(root, "switch", "-q", "-c", "other");
    expect((await read(request)).digest).toBe(digest);
    utimesSync(join(root, "a.txt"), 1, 1);
    expect((await read(request)).digest).toBe(digest);
    expect(changedFiles(await read(request), await readAfresh(request))).toEqual([]);
  });

  test("the same content elsewhere has the same digest, in Git or not", async () => {
    const { request } = begin();
    const root = join(tempDir(), "plain");
    writeFiles(root, { "a.txt": "a\n", "src/b.txt": "b\n" });
    expect((await read({ ...request, root })).digest).toBe((await read(request)).digest);
  });

  test("digests taken at once agree", async () => {
    const { root, request } = begin();
    await read(request);
    writeFileSync(join(root, "a.txt"), "A\n");
    const digests = await Promise.all(Array.from({ length: 6 }, async () => (await read(request)).digest));
    expect(new Set(digests).size).toBe(1);
    const [folder = ""] = readdirSync(request.store);
    expect(readdirSync(join(request.store, folder)).filter((name) => name.startsWith("index"))).toEqual(["index"]);
  });
});

test("a look that is ended early says so, and what was looked at before is kept", async () => {
  const { root, request } = begin();
  const { digest } = await read(request);
  writeFileSync(join(root, "a.txt"), "A\n");
  expect(refusalOf(await readTree({ ...request, signal: AbortSignal.abort() })).reason).toBe("git-failed");
  const [folder = ""] = readdirSync(request.store);
  expect(readdirSync(join(request.store, folder)).filter((name) => name.startsWith("index"))).toEqual(["index"]);
  writeFileSync(join(root, "a.txt"), "a\n");
  expect((await read(request)).digest).toBe(digest);
});

describe("nothing tells it not to look", () => {
  test.each<[string, (root: string) => void]>([
    ["assume-unchanged", (root) => runGit(root, "update-index", "--assume-unchanged", "a.txt")],
    ["skip-worktree", (root) => runGit(root, "update-index", "--skip-worktree", "a.txt")],
    ["an fsmonitor that sees nothing", (root) => runGit(root, "config", "core.fsmonitor", "true")],
    ["core.ignoreStat", (root) => runGit(root, "config", "core.ignoreStat", "true")],
    [
      "a filter that cleans everything away",
      (root) => {
        runGit(root, "config", "filter.blank.clean", "true");
        runGit(root, "config", "filter.blank.required", "false");
        writeFileSync(join(root, ".gitattributes"), "* filter=blank\n");
      },
    ],
    [
      "a filter in the folder's own attributes",
      (root) => writeFiles(root, { ".gitattributes": "*.txt ident eol=lf\n" }),
    ],
  ])("%s", async (_what, hide) => {
    const { root, request } = begin();
    hide(root);
    const before = await read(request);
    writeFileSync(join(root, "a.txt"), "hidden\n");
    expect(changedFiles(before, await read(request))).toEqual(["a.txt"]);
  });

  test("line ends count", async () => {
    const { root, request } = begin({ "a.txt": "a\n", ".gitattributes": "* text=auto eol=lf\n" });
    const before = await read(request);
    writeFileSync(join(root, "a.txt"), "a\r\n");
    expect(changedFiles(before, await read(request))).toEqual(["a.txt"]);
  });

  test("submodules and repositories inside count by content, untracked files too", async () => {
    const { root, request } = begin();
    const other = makeRepository(join(tempDir(), "other"), { "lib.txt": "lib\n" });
    runGit(root, "-c", "protocol.file.allow=always", "submodule", "add", "-q", other, "vendor/other");
    makeRepository(join(root, "loose"), { "x.txt": "x\n" });
    const before = await read(request);
    writeFiles(root, { "vendor/other/lib.txt": "LIB\n", "vendor/other/new": "", "loose/x.txt": "y\n" });
    const after = await read(request);
    expect(changedFiles(before, after)).toEqual(["loose/x.txt", "vendor/other/lib.txt", "vendor/other/new"]);
    runGit(join(root, "loose"), "commit", "-qam", "more");
    expect((await read(request)).digest).toBe(after.digest);
  });
});

describe("what does not count", () => {
  test("ignored files, unless they are named", async () => {
    const { root, request } = begin({ "a.txt": "a\n", ".gitignore": "build/\n" });
    const before = await read(request);
    writeFiles(root, { "build/out": "1", "build/kept": "1" });
    expect((await read(request)).digest).toBe(before.digest);
    const named = { ...request, include: ["build/kept"] };
    expect(changedFiles(before, await read(named))).toEqual(["build/kept"]);
    expect(changedFiles(before, await readAfresh(named))).toEqual(["build/kept"]);
    expect((await read(request)).digest).toBe(before.digest);
  });

  test("a file counts no longer once it is ignored, by whichever rule", async () => {
    const { root, request } = begin({ "a.txt": "a\n", "out.log": "1" });
    await read(request);
    writeFileSync(join(root, ".gitignore"), "*.log\n");
    const after = await read(request);
    expect(after.digest).toBe((await readAfresh(request)).digest);
    const more = { ...request, ignore: "a.txt\n" };
    expect(changedFiles(after, await read(more))).toEqual(["a.txt"]);
    expect((await read(request)).digest).toBe(after.digest);
  });

  test("a file counts no longer once rules ignore it that ignore themselves, as tools write them", async () => {
    const { root, request } = begin();
    writeFiles(root, { ".venv/bin/tool": "1\n" });
    const before = await read(request);
    writeFiles(root, { ".venv/.gitignore": "*\n" });
    const after = await read(request);
    expect(changedFiles(before, after)).toEqual([".venv/bin/tool"]);
    expect((await readAfresh(request)).digest).toBe(after.digest);
    writeFiles(root, { ".venv/.gitignore": "*\n!/bin\n" });
    expect((await read(request)).digest).toBe((await readAfresh(request)).digest);
  });

  test("what is left out, and only that", async () => {
    const { root, request } = begin();
    const without = { ...request, leaveOut: ["out", "src/b.txt", "*.txt"] };
    const before = await read(without);
    writeFiles(root, { "out/x": "1", "src/b.txt": "B\n" });
    expect((await read(without)).digest).toBe(before.digest);
    writeFiles(root, { "out.txt": "1", "a.txt": "A\n" });
    expect(changedFiles(before, await read(without))).toEqual(["a.txt", "out.txt"]);
    expect((await read(request)).digest).toBe((await readAfresh(request)).digest);
  });

  test("what is outside a scope", async () => {
    const { root, request } = begin({ "a.txt": "a\n", "src/b.txt": "b\n", "src2/c.txt": "c\n" });
    const scoped = async (): Promise<string> => scopeTree(await read(request), ["src"]).digest;
    const before = await scoped();
    writeFiles(root, { "a.txt": "A\n", "src2/c.txt": "C\n" });
    expect(await scoped()).toBe(before);
    writeFiles(root, { "src/d.txt": "" });
    expect(await scoped()).not.toBe(before);
  });
});

test("the user's own index, configuration and objects are as they were", async () => {
  const { root, request } = begin();
  writeFiles(root, { "a.txt": "A\n", new: "x" });
  const look = (): readonly string[] => [
    readFileSync(join(root, ".git", "index"), "hex"),
    readFileSync(join(root, ".git", "config"), "utf8"),
    runGit(root, "count-objects", "-v"),
  ];
  const before = look();
  await read(request);
  expect(look()).toEqual(before);
});

test("a folder that is not there is refused", async () => {
  const { request } = begin();
  const refusal = refusalOf(await readTree({ ...request, root: join(request.root, "none") }));
  expect(refusal.reason).toBe("no-folder");
});

test("a link that leads nowhere counts", async () => {
  const { root, request } = begin();
  symlinkSync("nowhere", join(root, "dangling"));
  expect(changedFiles(await read({ ...request, leaveOut: ["dangling"] }), await read(request))).toEqual(["dangling"]);
});

test("a damaged index is not believed", async () => {
  const { request } = begin();
  const { digest } = await read(request);
  const [folder = ""] = readdirSync(request.store);
  writeFileSync(join(request.store, folder, "index"), "DIRC nonsense");
  expect((await read(request)).digest).toBe(digest);
});

test("many files at once are taken as few are, and gone as few are", async () => {
  const { root, request } = begin();
  const write = (from: number, to: number): void =>
    writeFiles(root, Object.fromEntries(Array.from({ length: to - from }, (_, n) => [`m/${from + n}/ü.txt`, `${n}`])));
  write(0, 400);
  await read(request);
  write(400, 800);
  const { digest } = await read(request);
  expect((await readAfresh(request)).digest).toBe(digest);
  rmSync(join(root, "m"), { recursive: true });
  expect((await read(request)).digest).toBe((await readAfresh(request)).digest);
});

describe("a random tree", () => {
  const name = fc.constantFrom("a", "b", "c d", "ü", "-x", "e.txt", "\u{1f600}", "a.b", "Z");
  const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
  const text = fc.constantFrom("", "1\n", "2\n", "x\r\n", "long ".repeat(50));
  const rules = fc.constantFrom("*.txt\n", "a/\n", "/b\n!/b\n", "*\n!*/\n!e.txt\n", "c d\n", "ü\n");
  const move = fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant("write" as const), path, text }) },
    fc.record({ kind: fc.constantFrom("remove" as const, "run" as const, "stage" as const), path }),
    fc.record({ kind: fc.constant("link" as const), path, to: path }),
    fc.record({ kind: fc.constant("ignore" as const), path, rules }),
    fc.record({ kind: fc.constant("repository" as const), path, text }),
  );
  const rounds = fc.array(fc.array(move, { maxLength: 8 }), { minLength: 1, maxLength: 4 });

  test("is what Git makes of it, however it came about", async () => {
    await fc.assert(
      fc.asyncProperty(rounds, async (all) => {
        const root = tempDir();
        runGit(root, "init", "-q");
        const request = { root, store: tempDir(), ignore: "", leaveOut: [], include: [] };
        for (const moves of all) {
          for (const one of moves) make(root, one);
          const tree = await read(request);
          // Repositories inside come last in both, each in an order of its own.
          const entries = tree.entries.map((entry) => Buffer.from(entry, "latin1").toString());
          expect(entries.toSorted()).toEqual(listedByGit(root).toSorted());
          expect((await readAfresh(request)).digest).toBe(tree.digest);
        }
      }),
      { numRuns: RUNS },
    );
  });

  test("is the same outside of Git", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(move, { maxLength: 8 }), async (moves) => {
        const [root, plain] = [tempDir(), tempDir()];
        runGit(root, "init", "-q");
        for (const one of moves) {
          if (one.kind === "repository") continue;
          make(root, one);
          if (one.kind !== "stage") make(plain, one);
        }
        const request = { store: tempDir(), ignore: "", leaveOut: [], include: [] };
        expect((await read({ ...request, root: plain })).digest).toBe((await read({ ...request, root })).digest);
      }),
      { numRuns: RUNS },
    );
  });

  const RUNS = Math.ceil(Number(process.env["HOLDFAST_RUNS"] ?? 100) / 10);
  type Move = typeof move extends fc.Arbitrary<infer M> ? M : never;

  function make(root: string, one: Move): void {
    const file = join(root, one.path);
    switch (one.kind) {
      case "write":
        return put(root, one.path, one.text);
      case "remove":
        return put(root, one.path, "");
      case "run":
        if (isFile(root, one.path)) chmodSync(file, 0o755);
        return;
      case "stage":
        if (isFile(root, one.path)) runGit(root, "add", "-f", "--", one.path);
        return;
      case "link":
        put(root, one.path, "x");
        rmSync(file);
        return symlinkSync(one.to, file);
      case "ignore":
        return put(root, `${one.path}/.gitignore`, one.rules);
      case "repository":
        put(root, `${one.path}/inner`, one.text || "x");
        if (!existsSync(join(file, ".git"))) runGit(file, "init", "-q");
        runGit(file, "add", "-A");
        runGit(file, "commit", "-qm", "more", "--allow-empty");
        return;
      default:
        return one satisfies never;
    }
  }
});

/** What Git would commit of a folder that it has never seen, and of each repository in it, with their paths. */
function listedByGit(root: string, prefix = ""): readonly string[] {
  const env = { ...process.env, GIT_INDEX_FILE: join(tempDir(), "index") };
  const git = (...args: readonly string[]): string =>
    execFileSync("git", args, { cwd: root, env, encoding: "utf8", stdio: "pipe" });
  git("-c", "advice.addEmbeddedRepo=false", "add", "-A");
  const lines = git("ls-files", "-s", "-z").split("\0").slice(0, -1);
  const isRepository = (line: string): boolean => line.startsWith("160000 ");
  const paths = lines.filter(isRepository).map((line) => line.slice(line.indexOf("\t") + 1));
  return [
    ...lines.filter((line) => !isRepository(line)).map((line) => line.replace("\t", () => `\t${prefix}`)),
    ...paths.flatMap((path) => listedByGit(join(root, path), `${prefix}${path}/`)),
  ];
}

/** Whether a file stands there, and neither it nor a folder above it is a link, or a repository. */
function isFile(root: string, path: string): boolean {
  const parts = path.split("/");
  const above = parts.map((_, at) => join(root, ...parts.slice(0, at + 1)));
  const folders = above.slice(0, -1);
  const isPlain = folders.every(
    (folder) =>
      lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() === true && !existsSync(join(folder, ".git")),
  );
  return isPlain && lstatSync(above.at(-1)!, { throwIfNoEntry: false })?.isFile() === true;
}

/** Writes a file, or takes away what stands there, whatever stands in its way. */
function put(root: string, path: string, text: string): void {
  let folder = root;
  for (const part of path.split("/").slice(0, -1)) {
    folder = join(folder, part);
    if (lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() === false) rmSync(folder);
    mkdirSync(folder, { recursive: true });
  }
  rmSync(join(root, path), { recursive: true, force: true });
  if (text !== "") writeFileSync(join(root, path), text);
}
