import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
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
      entryPoints: { generated: "src/cli/generated.ts" },
      outdir: folder,
      outExtension: { ".js": ".mjs" },
      write: true,
    });
    const { generatedFiles } = await import(pathToFileURL(join(folder, "generated.mjs")).href);
    return await generatedFiles();
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Schemas in the folder that nothing makes any more. */
async function orphans(files) {
  const made = new Set(files.map(({ path }) => path));
  const found = await readdir(join(root, "schemas")).catch(() => []);
  return found.map((name) => `schemas/${name}`).filter((path) => path.endsWith(".schema.json") && !made.has(path));
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
