import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import type { Metafile } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bundleOptions } from "../scripts/bundle.mjs";
import { bundledPackages, licenceText } from "../scripts/licences.mjs";
import { projectRoot } from "./kit/program.ts";

const execute = promisify(execFile);

interface Manifest {
  readonly version: string;
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies?: unknown;
  readonly optionalDependencies?: unknown;
  readonly peerDependencies?: unknown;
}

const manifest = JSON.parse(await readFile(join(projectRoot, "package.json"), "utf8")) as Manifest;
let folder = "";

/** The package manager as a person's shell would run it: not told that it runs inside another one of itself. */
const npm = (cwd: string, ...args: string[]): Promise<string> => npmOf({}, cwd, ...args);

async function npmOf(more: Readonly<Record<string, string>>, cwd: string, ...args: string[]): Promise<string> {
  const inherited = Object.entries(process.env).filter(([name]) => !/^npm_(?!config_cache)|^INIT_CWD$/i.test(name));
  const env = { ...Object.fromEntries(inherited), npm_config_offline: "true", npm_config_audit: "false", ...more };
  return (await execute("npm", args, { cwd, env, shell: process.platform === "win32" })).stdout;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "holdfast-package-"));
  await execute(process.execPath, ["scripts/build.mjs"], { cwd: projectRoot });
});
afterAll(async () => await rm(folder, { recursive: true }));

describe("the bundle", () => {
  const options = bundleOptions({ root: projectRoot, version: "0.0.0-test" });

  test("comes out the same every time, and names no folder of the machine that made it", async () => {
    const [first, second] = await Promise.all([build(options), build(options)]);
    const texts = ({ outputFiles }: typeof first) => outputFiles.map(({ path, text }) => [path, text]);
    expect(texts(first)).toEqual(texts(second));
    for (const { text } of first.outputFiles) expect(text.includes(projectRoot)).toBe(false);
  });

  test("needs nothing at run time but Node", async () => {
    const { metafile } = await build(options);
    const external = Object.values(metafile.outputs)
      .flatMap(({ imports }) => imports)
      .filter((one) => one.external === true)
      .map(({ path }) => path);
    expect(external.filter((path) => !path.startsWith("node:"))).toEqual([]);
  });

  test.each(["zod", "yaml", "jsonc-parser"])("can hold %s as plain modules", async (name) => {
    const entry = { contents: `export * from "${name}"`, resolveDir: projectRoot };
    const { entryPoints: _, ...rest } = options;
    const { outputFiles, metafile } = await build({ ...rest, splitting: false, stdin: entry });
    expect(Object.values(metafile.outputs).flatMap(({ imports }) => imports)).toEqual([]);
    expect(outputFiles[0]?.text).not.toMatch(/Dynamic require|__commonJS|__require/);
  });
});

describe("licences", () => {
  const using = (...inputs: string[]): Pick<Metafile, "outputs"> => ({
    outputs: {
      "a.js": {
        bytes: 1,
        imports: [],
        exports: [],
        inputs: Object.fromEntries(inputs.map((path) => [path, { bytesInOutput: 1 }])),
      },
    },
  });

  test("every bundled package has its own in what is published", async () => {
    const metafile = JSON.parse(await readFile(join(projectRoot, "dist/meta.json"), "utf8")) as Metafile;
    const published = await readFile(join(projectRoot, "dist/THIRD_PARTY_LICENSES.md"), "utf8");
    for (const { name } of bundledPackages(metafile)) expect(published).toContain(`## ${name} `);
  });

  test("packages are found once each, scoped and nested ones too", () => {
    const metafile = using("src/a.ts", "node_modules/zod/a.js", "node_modules/zod/b.js", "node_modules/@a/b/c.js");
    expect(bundledPackages(metafile).map(({ name }) => name)).toEqual(["@a/b", "zod"]);
  });

  test("what was shaken out entirely asks for nothing", () => {
    const metafile = using("node_modules/zod/a.js");
    const [output] = Object.values(metafile.outputs);
    output!.inputs["node_modules/zod/a.js"] = { bytesInOutput: 0 };
    expect(bundledPackages(metafile)).toEqual([]);
  });

  test("the text is the package's own", async () => {
    const text = await licenceText(projectRoot, using("node_modules/yaml/browser/index.js"));
    expect(text).toContain("## yaml ");
    expect(text).toContain("Eemeli Aro");
  });

  test("a package without a licence stops the build", async () => {
    await mkdir(join(folder, "node_modules/bare"), { recursive: true });
    await writeFile(join(folder, "node_modules/bare/package.json"), "{}");
    await expect(licenceText(folder, using("node_modules/bare/a.js"))).rejects.toThrow("no licence file");
  });
});

describe("what is published", () => {
  let tarball = "";
  let project = "";

  beforeAll(async () => {
    await npm(projectRoot, "pack", "--ignore-scripts", "--pack-destination", folder);
    tarball = join(folder, `holdfast-${manifest.version}.tgz`);
    project = join(folder, "project");
    await mkdir(project);
    await writeFile(join(project, "package.json"), '{"private":true}');
    await npm(project, "install", tarball);
  });

  test("asks for no other package and runs nothing when it is installed", () => {
    const { dependencies, optionalDependencies, peerDependencies, scripts } = manifest;
    expect({ dependencies, optionalDependencies, peerDependencies }).toEqual({});
    for (const name of ["preinstall", "install", "postinstall"]) expect(scripts).not.toHaveProperty(name);
  });

  test("is the program, its documents and its licences, and nothing else", async () => {
    const files = await list(join(project, "node_modules/holdfast"));
    expect(files).toEqual(expect.arrayContaining(["LICENSE", "package.json", "dist/holdfast.js"]));
    expect(files).toContain("dist/THIRD_PARTY_LICENSES.md");
    const allowed =
      /^(LICENSE|README\.md|CHANGELOG\.md|package\.json|coco\.yaml|(\.agents\/plugins|\.claude-plugin|commands|dist|docs|examples|plugins|schemas|skills)\/.*)$/;
    expect(files.filter((path) => !allowed.test(path))).toEqual([]);
    expect(files.filter((path) => /meta\.json$|\.tmp$|^dist\/.*\.map$/.test(path))).toEqual([]);
    expect(files.filter((path) => /\.m?ts$/.test(path)).toSorted()).toEqual([
      "dist/agent-loop.d.mts",
      "dist/agent-loop.d.ts",
    ]);
  });

  test("is small", async () => {
    const packageFolder = join(project, "node_modules/holdfast");
    const sizes = await Promise.all((await list(packageFolder)).map((path) => stat(join(packageFolder, path))));
    const megabytes = sizes.reduce((sum, { size }) => sum + size, 0) / 1024 / 1024;
    expect(megabytes).toBeLessThan(10);
  });

  test("runs in an empty project, with nothing else installed", async () => {
    expect((await npm(project, "exec", "holdfast", "--", "--version")).trim()).toBe(manifest.version);
    const tree = JSON.parse(await npm(project, "ls", "--omit=dev", "--all", "--json")) as {
      readonly dependencies: Readonly<Record<string, { readonly dependencies?: unknown }>>;
    };
    expect(Object.keys(tree.dependencies)).toEqual(["holdfast"]);
    expect(tree.dependencies["holdfast"]?.dependencies).toBeUndefined();
  });

  test.each(["npx", "the project", "the machine"])(
    "installed by %s, it sets hosts up with a program that stays",
    async (way) => {
      const home = await mkdtemp(join(folder, "home-"));
      const repository = join(home, "repository");
      await mkdir(repository);
      const npmIn = (cwd: string, ...args: string[]) =>
        npmOf(
          { HOME: home, npm_config_prefix: join(home, "global"), npm_config_cache: join(home, ".npm") },
          cwd,
          ...args,
        );
      if (way === "npx") {
        await npmIn(
          repository,
          "exec",
          "--yes",
          `--package=${tarball}`,
          "--",
          "holdfast",
          "init",
          "--yes",
          "--host",
          "codex",
        );
        await rm(join(home, ".npm"), { recursive: true });
      } else if (way === "the project") {
        await npmIn(project, "exec", "holdfast", "--", "init", "--yes", "--host", "codex", "--root", repository);
      } else {
        await npmIn(repository, "install", "--global", tarball);
        const program = join(home, "global", "bin", "holdfast");
        await execute(program, ["init", "--yes", "--host", "codex"], {
          cwd: repository,
          env: { HOME: home, PATH: process.env["PATH"] },
        });
      }
      const settings = await readFile(join(home, ".codex", "config.toml"), "utf8");
      const launcher = /^command = "(.+)"$/m.exec(settings)?.[1] ?? "";
      // Without a path to look for one on, it has to be there.
      const { stdout } = await execute("/bin/sh", [launcher, "--version"], {
        cwd: home,
        env: { HOME: home, PATH: "" },
      });
      expect(stdout.trim()).toBe(manifest.version);
    },
  );
});

async function list(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(root.length + 1)
        .replaceAll("\\", "/"),
    );
}
