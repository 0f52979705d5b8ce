import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { build, transform } from "esbuild";
import type { Metafile } from "esbuild";
import { describe, expect, test } from "vitest";
import { bundleOptions } from "../scripts/bundle.mjs";
import { findCycles, findViolations, staticClosure } from "./kit/architecture.ts";
import type { Module } from "./kit/architecture.ts";
import { projectRoot } from "./kit/program.ts";

const files = (await readdir(join(projectRoot, "src"), { recursive: true }))
  .map((name) => `src/${name.replaceAll("\\", "/")}`)
  .filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts") && !path.endsWith(".d.ts"));

const options = bundleOptions({ root: projectRoot, version: "0.0.0-test" });
const program = await build(options);
const everything = await build({ ...options, entryPoints: files, outbase: "." });
const modules = await Promise.all(files.map((path) => moduleOf(path, everything.metafile)));

async function moduleOf(path: string, { inputs }: Metafile): Promise<Module> {
  const source = await readFile(join(projectRoot, path), "utf8");
  const { code } = await transform(source, { loader: "ts", minifyWhitespace: true });
  const imports = (inputs[path]?.imports ?? []).map(({ path: to, kind }) => ({
    to: to.replace(/^.*node_modules\//, ""),
    isDynamic: kind === "dynamic-import",
  }));
  return { path, imports, code };
}

describe("the code", () => {
  test("every file was looked at, with its imports", () => {
    expect(modules.length).toBeGreaterThan(20);
    const main = modules.find(({ path }) => path === "src/cli/main.ts");
    expect(main?.imports).toContainEqual({ to: "src/cli/run.ts", isDynamic: false });
  });

  test("arrows point inward only, the core is pure, and nothing goes round in circles", () => {
    expect(findViolations(modules)).toEqual([]);
  });
});

describe("start-up", () => {
  test("loads no library, and of Node only what is at hand anyway", () => {
    const loaded = [...staticClosure(modules, "src/cli/main.ts"), ...staticClosure(modules, "src/cli/holdfast.ts")];
    expect(loaded).toContain("src/cli/run.ts");
    const builtins = ["node:fs", "node:module", "node:os", "node:path", "node:util", "node:vm"];
    expect([...new Set(loaded.filter((path) => !path.startsWith("src/")))].toSorted()).toEqual(builtins);
  });

  test("loads no engine, journal or plan before it is known which command was typed", () => {
    const rooms = [...staticClosure(modules, "src/cli/main.ts")].filter((path) => /^src\/(?!cli)/.test(path));
    expect(rooms.toSorted()).toEqual([
      "src/context/neutralize.ts",
      "src/plan/counted.ts",
      "src/plan/refusal.ts",
      "src/plan/suggest.ts",
      "src/version.ts",
    ]);
  });

  test.each([
    ["src/cli/holdfast.ts", 4],
    ["src/cli/main.ts", 40],
  ])("%s and what comes with it stay below %i KB", (entryPoint, mostKilobytes) => {
    expect(weightOf(program.metafile, entryPoint)).toBeLessThan(mostKilobytes * 1024);
  });
});

/** Bytes of the chunk that holds an entry point and of all that it imports statically. */
function weightOf({ outputs }: Metafile, entryPoint: string): number {
  const entry = Object.entries(outputs).find(([, output]) => output.entryPoint === entryPoint)?.[0];
  expect(entry).toBeDefined();
  const reached = new Set([entry ?? ""]);
  for (const path of reached) {
    for (const { path: to, kind } of outputs[path]?.imports ?? []) {
      if (kind === "import-statement" && to in outputs) reached.add(to);
    }
  }
  return [...reached].reduce((sum, path) => sum + (outputs[path]?.bytes ?? 0), 0);
}

describe("the rules", () => {
  const module = (path: string, imports: readonly string[] = [], code = ""): Module => ({
    path,
    imports: imports.map((to) => ({ to: to.replace(/^lazy /, ""), isDynamic: to.startsWith("lazy ") })),
    code,
  });

  test.each([
    ["src/plan/a.ts", "node:fs"],
    ["src/plan/a.ts", "zod"],
    ["src/plan/a.ts", "src/version.ts"],
    ["src/context/a.ts", "src/journal/b.ts"],
    ["src/continuation/a.ts", "lazy src/engine/b.ts"],
    ["src/journal/a.ts", "src/context/b.ts"],
    ["src/journal/a.ts", "src/workspace/b.ts"],
    ["src/workspace/a.ts", "src/evidence/b.ts"],
    ["src/evidence/a.ts", "src/engine/b.ts"],
    ["src/evidence/a.ts", "src/interop/b.ts"],
    ["src/engine/a.ts", "src/cli/b.ts"],
    ["src/engine/a.ts", "src/run/b.ts"],
    ["src/run/a.ts", "src/hosts/b.ts"],
    ["src/hosts/a.ts", "src/cli/b.ts"],
    ["src/hosts/a.ts", "src/mcp/b.ts"],
    ["src/mcp/a.ts", "lazy src/cli/b.ts"],
    ["src/web/a.ts", "src/mcp/b.ts"],
    ["src/cli/run.ts", "lazy src/hosts/b.ts"],
    ["src/cli/commands/hook.ts", "src/hosts/b.ts"],
    ["src/version.ts", "src/plan/b.ts"],
  ])("%s must not import %s", (from, to) => {
    expect(findViolations([module(from, [to])])).toHaveLength(1);
  });

  test.each([
    ["src/plan/a.ts", "src/context/b.ts"],
    ["src/journal/a.ts", "src/plan/b.ts"],
    ["src/journal/a.ts", "node:fs"],
    ["src/workspace/a.ts", "src/journal/b.ts"],
    ["src/evidence/a.ts", "src/workspace/b.ts"],
    ["src/engine/a.ts", "src/evidence/b.ts"],
    ["src/hosts/a.ts", "src/engine/b.ts"],
    ["src/mcp/a.ts", "src/hosts/b.ts"],
    ["src/cli/commands/hook.ts", "lazy src/hosts/b.ts"],
    ["src/cli/run.ts", "src/version.ts"],
  ])("%s may import %s", (from, to) => {
    expect(findViolations([module(from, [to])])).toEqual([]);
  });

  test.each([
    "Date.now()",
    "new Date()",
    "Math.random()",
    "process.env.HOME",
    "performance.now()",
    "setTimeout(f)",
    "a.localeCompare(b)",
  ])("a pure room must not use %s, and others may", (code) => {
    expect(findViolations([module("src/plan/a.ts", [], `const x=${code};`)])).toHaveLength(1);
    expect(findViolations([module("src/engine/a.ts", [], `const x=${code};`)])).toEqual([]);
  });

  test("a given moment is no clock, and a word of a sentence is no process", () => {
    const code = 'const x=[new Date(at),"the end of a process. Then"];';
    expect(findViolations([module("src/plan/a.ts", [], code)])).toEqual([]);
  });

  test("what tests alone use may import what it likes, but nothing else may import it", () => {
    const hostile = module("src/plan/hostile.ts", ["fast-check"]);
    expect(findViolations([hostile])).toEqual([]);
    expect(findViolations([hostile, module("src/plan/a.ts", ["src/plan/hostile.ts"])])).toEqual([
      "src/plan/a.ts: imports src/plan/hostile.ts, which is for tests only",
    ]);
  });

  test("a room that nobody knows must not exist", () => {
    expect(findViolations([module("src/utils/a.ts")])).toEqual(["src/utils/a.ts: there is no room called utils"]);
  });

  test("circles are found, through any number of files; lazy ones are none", () => {
    const ring = (last: string): Module[] => [
      module("src/plan/a.ts", ["src/plan/b.ts"]),
      module("src/plan/b.ts", ["src/plan/c.ts"]),
      module("src/plan/c.ts", [last]),
    ];
    expect(findCycles(ring("src/plan/a.ts"))).toEqual([
      ["src/plan/a.ts", "src/plan/b.ts", "src/plan/c.ts", "src/plan/a.ts"],
    ]);
    expect(findCycles(ring("lazy src/plan/a.ts"))).toEqual([]);
    expect(findCycles([module("src/plan/a.ts", ["src/plan/a.ts"])])).toHaveLength(1);
  });

  test("what comes with a file is followed to the end, lazy parts left out", () => {
    const found = staticClosure(
      [
        module("src/cli/a.ts", ["src/cli/b.ts", "lazy src/cli/d.ts"]),
        module("src/cli/b.ts", ["src/cli/c.ts", "src/cli/a.ts"]),
        module("src/cli/c.ts", ["zod"]),
        module("src/cli/d.ts", ["yaml"]),
      ],
      "src/cli/a.ts",
    );
    expect([...found]).toEqual(["src/cli/a.ts", "src/cli/b.ts", "src/cli/c.ts", "zod"]);
  });
});
