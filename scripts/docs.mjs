import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { bundleOptions } from "./bundle.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

/** The files that are made from the code, as the code of this moment makes them. */
async function generate() {
  const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const folder = await mkdtemp(join(tmpdir(), "holdfast-docs-"));
  try {
    await build({
      ...bundleOptions({ root, version }),
      entryPoints: { generated: "src/cli/generated.ts", plugins: "src/hosts/plugins/plugin-files.ts" },
      outdir: folder,
      outExtension: { ".js": ".mjs" },
      write: true,
    });
    const { generatedFiles } = await import(pathToFileURL(join(folder, "generated.mjs")).href);
    const { pluginFiles } = await import(pathToFileURL(join(folder, "plugins.mjs")).href);
    return [...(await generatedFiles()), ...pluginFiles(join(root, "package.json"))];
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Folders in which every file is made from the code. */
const OWN_FOLDERS = ["schemas", "plugins", "skills", "commands"];

/** Files in those folders that nothing makes any more. */
async function orphans(files) {
  const made = new Set(files.map(({ path }) => path));
  const found = await Promise.all(
    OWN_FOLDERS.map(async (folder) => {
      const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true }).catch(() => []);
      return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    }),
  );
  const paths = found.flat().map((path) => relative(root, path).replaceAll("\\", "/"));
  return paths.filter((path) => !made.has(path));
}

async function isUpToDate({ path, text }) {
  return (await readFile(join(root, path), "utf8").catch(() => undefined)) === text;
}

const files = await generate();
const left = await orphans(files);
const stale = [];
for (const file of files) if (!(await isUpToDate(file))) stale.push(file);

if (process.argv.includes("--check")) {
  for (const { path } of stale) process.stderr.write(`${path} is out of date: npm run docs\n`);
} else {
  for (const { path, text } of stale) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
    process.stdout.write(`wrote ${path}\n`);
  }
}
for (const path of left) process.stderr.write(`${path} is made by nothing any more: remove it\n`);
if (left.length > 0 || (process.argv.includes("--check") && stale.length > 0)) process.exitCode = 1;
