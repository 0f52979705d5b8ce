import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { tempDir, writeFiles } from "../../workspace/git-fixture.ts";
import { resolveCommand } from "./resolved.ts";

let top: string;
beforeEach(() => {
  top = tempDir();
  mkdirSync(join(top, "sub"));
  writeFiles(top, {
    "package.json": JSON.stringify({
      scripts: { pretest: "npm run build", build: "tsc", test: "vitest run", lint: "eslint ." },
      vitest: { bail: 1 },
      dependencies: { left: "1" },
    }),
    "vitest.config.ts": "export default {}",
    "tsconfig.json": "{}",
    "pyproject.toml": "[project]\nname = 'x'\n[tool.pytest.ini_options]\naddopts = '-q'\n[tool.ruff]\nline = 1\n",
  });
});

const resolve = (command: readonly string[], more: Partial<Parameters<typeof resolveCommand>[0]> = {}) =>
  resolveCommand({ command, isShell: false, cwd: top, top, env: {}, ...more });
const rewrite = (file: string, text: string): void => writeFiles(top, { [file]: text });

describe("what a command resolves to", () => {
  test("is the scripts that it runs, their programs and the configuration of these, and nothing else", () => {
    expect(Object.keys(resolve(["npm", "test"])).sort()).toEqual([
      "package.json vitest",
      "script build",
      "script pretest",
      "script test",
      "tsconfig.json",
      "vitest.config.ts",
    ]);
    expect(Object.keys(resolve(["grep", "x", "y"]))).toEqual([]);
  });

  test.each<[string, string, string]>([
    ["the script", "package.json", JSON.stringify({ scripts: { test: "echo 12 passed" } })],
    ["a script that it runs", "package.json", JSON.stringify({ scripts: { test: "vitest run", pretest: "true" } })],
    ["the configuration", "vitest.config.ts", "export default { test: { passWithNoTests: true } }"],
    ["a configuration that was not there", "vite.config.js", "export default {}"],
  ])("is another thing where %s is another", (_what, file, text) => {
    const before = resolve(["npm", "test"]);
    rewrite(file, text);
    expect(resolve(["npm", "test"])).not.toEqual(before);
  });

  test("stays where something else of the same files changed", () => {
    const [before, python] = [resolve(["npm", "test"]), resolve(["pytest"])];
    rewrite(
      "package.json",
      JSON.stringify({
        scripts: { pretest: "npm run build", build: "tsc", test: "vitest run", lint: "x" },
        vitest: { bail: 1 },
        dependencies: {},
      }),
    );
    rewrite("pyproject.toml", "[project]\nname = 'y'\n[tool.pytest.ini_options]\naddopts = '-q'\n[tool.black]\n");
    expect(resolve(["npm", "test"])).toEqual(before);
    expect(resolve(["pytest"])).toEqual(python);
    rewrite("pyproject.toml", "[tool.pytest.ini_options]\naddopts = '-k nothing'\n");
    expect(resolve(["pytest"])).not.toEqual(python);
  });

  test("is another thing where a variable changes what it does", () => {
    const env = { NODE_OPTIONS: "--require ./evil.js", PATH: "/bin" };
    expect(Object.keys(resolve(["npm", "test"], { env }))).toContain("variable NODE_OPTIONS");
    expect(Object.keys(resolve(["npm", "test"], { env }))).not.toContain("variable PATH");
  });

  test("is found in a line for the shell, and from a folder below", () => {
    expect(resolve(["npm run build && npx vitest run"], { isShell: true })).toMatchObject({
      "script build": expect.any(String),
      "vitest.config.ts": expect.any(String),
    });
    expect(resolve(["npx", "vitest"], { cwd: join(top, "sub") })).toHaveProperty(["vitest.config.ts"]);
  });

  test("is nothing where nothing can be read", () => {
    rewrite("package.json", "{ not json");
    expect(resolve(["npm", "test"], { env: {} })).toEqual({});
    expect(resolve([], { cwd: join(top, "gone"), top: join(top, "gone") })).toEqual({});
  });
});
