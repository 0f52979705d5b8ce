import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { makeRepository, runGit, tempDir } from "../../src/workspace/git-fixture.ts";
import { Desk } from "../kit/desk.ts";

let desk: Desk;

/** A folder that is no repository and holds three. */
beforeEach(async () => {
  const root = tempDir();
  for (const name of ["api", "front end", "web"]) makeRepository(join(root, name));
  desk = new Desk(root);
  await desk.do("init");
});

const registered = async () =>
  (await desk.json<{ items: { id: string; path: string }[] }>("repo", "list")).items.map(
    ({ id, path }) => `${id} ${path}`,
  );

describe("repo discover", () => {
  test("proposes and registers nothing", async () => {
    const out = await desk.do("repo", "discover");
    expect(out).toBe(
      "holdfast repo add api --id api\nholdfast repo add 'front end' --id front-end\nholdfast repo add web --id web\n",
    );
    expect(await registered()).toEqual([]);
  });

  test("prints commands that do what they say, from where they are typed", async () => {
    const cwd = desk.path("api");
    const { items } = (await desk.run(["repo", "discover", "--json"], { cwd })).json() as {
      items: { command: string }[];
    };
    expect(items.map(({ command }) => command)[2]).toBe("holdfast repo add ../web --id web --root ..");
    for (const path of ["../front end", "../web"]) {
      expect(await desk.run(["repo", "add", path, "--root", ".."], { cwd })).toMatchObject({ code: 0 });
    }
    expect(await registered()).toEqual(["front-end front end", "web web"]);
    expect(await desk.do("repo", "discover")).toContain("web is registered as web\n");
  });
});

describe("repo add", () => {
  test("takes a path from the root too, and the same again", async () => {
    await desk.do("repo", "add", "web");
    mkdirSync(desk.path("web", "src"));
    const again = await desk.run(["repo", "add", "web"], { cwd: desk.path("web", "src") });
    expect(again).toMatchObject({ code: 0 });
    expect(again.out).toContain("registered already: web");
    expect(await registered()).toEqual(["web web"]);
  });

  test("gives an id and a path to one repository only", async () => {
    await desk.do("repo", "add", "web", "--id", "site");
    expect(await desk.run(["repo", "add", "api", "--id", "site"])).toMatchObject({ code: 1 });
    expect(await desk.run(["repo", "add", "web", "--id", "other"])).toMatchObject({ code: 1 });
    expect(await registered()).toEqual(["site web"]);
  });

  test("does not leave the workspace, by .. or by a link, and takes no plain folder and no worktree", async () => {
    const outside = makeRepository(join(tempDir(), "outside"));
    symlinkSync(outside, desk.path("linked"));
    mkdirSync(desk.path("plain"));
    runGit(desk.path("api"), "worktree", "add", "-q", desk.path("tree"), "-b", "x");
    for (const [path, code] of [
      [outside, 2],
      ["../x", 2],
      ["linked", 2],
      ["plain", 3],
      ["tree", 3],
      ["nothing", 3],
    ] as const) {
      expect([path, (await desk.run(["repo", "add", path])).code]).toEqual([path, code]);
    }
    expect(await registered()).toEqual([]);
  });

  test("makes no workspace where there is none", async () => {
    await desk.do("repo", "add", "web");
    const elsewhere = await desk.run(["repo", "add", "."], { cwd: desk.path("api") });
    expect(elsewhere).toMatchObject({ code: 3 });
    expect(elsewhere.err).toContain("holdfast init");
    expect(desk.has("api", ".planning")).toBe(false);
  });

  test("keeps the workspace's own repository, which nobody had to register", async () => {
    const own = new Desk();
    await own.doAs("claude:a", "plan", "new", "Alpha", "--repo", "repo");
    makeRepository(own.path("sub"));
    const out = await own.do("repo", "add", "sub");
    expect(out).toContain("registered repo (.)");
    expect(await own.json("repo", "list")).toMatchObject({ items: [{ id: "repo", isImplicit: false }, { id: "sub" }] });
    expect(await own.run(["session", "bind", "alpha"], { session: "claude:a" })).toMatchObject({ code: 0 });
  });
});

describe("repo remove", () => {
  beforeEach(async () => {
    for (const name of ["api", "web"]) await desk.do("repo", "add", name);
  });

  test("forgets, and leaves the folder", async () => {
    expect(await desk.do("repo", "remove", "api")).toContain("is as it was");
    expect(desk.has("api", "a.txt")).toBe(true);
    expect(await registered()).toEqual(["web web"]);
    const wrong = await desk.run(["repo", "remove", "wep"]);
    expect(wrong).toMatchObject({ code: 3 });
    expect(wrong.err).toContain("Did you mean web?");
  });

  test("is refused while an open plan names it, paused ones too, and not after", async () => {
    await desk.do("plan", "new", "Alpha", "--repo", "api");
    for (const verb of ["status", "pause"]) {
      if (verb === "pause") await desk.do("plan", "pause", "alpha");
      const refused = await desk.run(["repo", "remove", "api"]);
      expect(refused.code).toBe(1);
      expect(refused.err).toContain("alpha");
    }
    await desk.do("plan", "abort", "alpha", "--why", "x");
    expect(await desk.run(["repo", "remove", "api"])).toMatchObject({ code: 0 });
  });

  test("is refused while a plan has a worktree of it", async () => {
    await desk.do("plan", "new", "Alpha");
    await desk.do("worktree", "prepare", "--repo", "api");
    const refused = await desk.run(["repo", "remove", "api"]);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain("holdfast worktree remove --plan alpha --repo api");
    await desk.do("worktree", "remove", "--plan", "alpha", "--repo", "api");
    expect(await desk.run(["repo", "remove", "api"])).toMatchObject({ code: 0 });
  });
});
