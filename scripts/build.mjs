import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleAgentLoop, bundlePlugin, bundleProgram, mergeMetafiles } from "./bundle.mjs";
import { licenceText } from "./licences.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = join(root, "dist");

/** Whoever runs the program during a build sees each file whole, the old or the new. */
async function put(path, contents, mode) {
  const old = await readFile(path).catch(() => undefined);
  if (old === undefined || !old.equals(contents)) {
    const temporary = `${path}.${process.pid}.tmp`;
    await mkdir(dirname(path), { recursive: true });
    await writeFile(temporary, contents);
    await rename(temporary, path);
  }
  if (mode !== undefined) await chmod(path, mode);
}

/** Chunks carry their digest in their name, so those of the build before would stay for good. */
async function removeStaleChunks(current) {
  for (const name of await readdir(dist)) {
    const path = join(dist, name);
    if (name.endsWith(".js") && !current.has(path)) await rm(path);
  }
}

const started = performance.now();
const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
const bundles = await Promise.all(
  [bundleProgram, bundlePlugin, bundleAgentLoop].map((bundle) => bundle({ root, version })),
);
const files = bundles.flatMap((bundle) => bundle.files);
const metafile = mergeMetafiles(bundles.map((bundle) => bundle.metafile));

const entry = "holdfast.js";
// The entry last: until it is there, an older one finds its own chunks.
const ordered = files.toSorted((a, b) => Number(a.name === entry) - Number(b.name === entry));
for (const { name, text } of ordered)
  await put(join(dist, name), Buffer.from(text), name === entry ? 0o755 : undefined);
await put(join(dist, "meta.json"), Buffer.from(JSON.stringify(metafile)));
await put(join(dist, "THIRD_PARTY_LICENSES.md"), Buffer.from(await licenceText(root, metafile)));
await removeStaleChunks(new Set(files.map(({ name }) => join(dist, name))));

const bytes = files.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
process.stdout.write(
  `built dist/: ${files.length} files, ${Math.round(bytes / 1024)} KB in ${Math.round(performance.now() - started)} ms\n`,
);
