import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { build, transform } from "esbuild";
import { joinChunks } from "./join-chunks.mjs";

const require = createRequire(import.meta.url);

/** `yaml` offers Node a CommonJS build, which would need `require` in every chunk; its other one is plain ESM. */
const yamlModule = () => join(dirname(require.resolve("yaml/package.json")), "browser", "index.js");

const PROGRAM = "src/cli/holdfast.ts";

/** Stands for the digest of the build until that is known. */
const BUILD = "build-of-holdfast";

const modules = (...names) => names.map((name) => `src/${name}.ts`);

/** Files that hold several chunks: what answers most hooks, what begins conversations, and what is called all day. */
const JOINED = [
  {
    name: "hooks",
    entryPoints: modules(
      "cli/commands/hook/door",
      "hosts/answer",
      "engine/hooks/host-place",
      "engine/hooks/kept-folders",
    ),
  },
  { name: "start", entryPoints: modules("engine/sessions/quick-start") },
  {
    name: "daily",
    entryPoints: modules(
      "cli/main",
      ...["status", "next", "notes", "task"].map((group) => `cli/commands/${group}`),
      ...["status/status", "next/next", "notes/log", "task/claim", "task/next"].map((run) => `cli/commands/${run}`),
    ),
  },
];

/** How the program is bundled; the architecture test reads the same graph. Nothing is written to disk. */
export function bundleOptions({ root, version }) {
  return {
    absWorkingDir: root,
    entryPoints: { holdfast: PROGRAM },
    outdir: "dist",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20.19",
    mainFields: ["module", "main"],
    alias: { yaml: yamlModule(), "@modelcontextprotocol/server/_shims": join(root, "src/mcp/sdk-shims.ts") },
    chunkNames: "[name]-[hash]",
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: "none",
    define: { HOLDFAST_VERSION: JSON.stringify(version), HOLDFAST_BUILD: JSON.stringify(BUILD) },
    metafile: true,
    write: false,
    logLevel: "warning",
  };
}

/**
 * Bundles the program for publishing: in chunks as ESM, for only that is split, then each chunk as CommonJS, for that
 * loads twice as fast (Node reads an ESM graph through promises). `dist/package.json` tells Node which it is.
 * `format` is for tests: a program that writes records of another format than this source does.
 */
export async function bundleProgram({ root, version, entry = PROGRAM, format }) {
  const plugins = format === undefined ? [] : [withFormat(format)];
  const options = { ...bundleOptions({ root, version }), entryPoints: { holdfast: entry }, plugins };
  const { outputFiles, metafile } = await build(options);
  const files = await Promise.all(
    outputFiles.map(async ({ path, text }) => ({ name: basename(path), text: await toCommonJs(text) })),
  );
  // Another entry is a test's program, which need not have them.
  const joined = entry === PROGRAM ? joinChunks(files, metafile, { program: PROGRAM, groups: JOINED }) : files;
  return { files: [...withDigest(joined), { name: "package.json", text: '{"type":"commonjs"}\n' }], metafile };
}

/** Tells the program which build it is: what is compiled of one is not to be taken for another's. */
function withDigest(files) {
  const hash = createHash("sha256");
  for (const { name, text } of files.toSorted((a, b) => (a.name < b.name ? -1 : 1))) hash.update(`${name}\0${text}\0`);
  const digest = hash.digest("hex").slice(0, 12);
  return files.map(({ name, text }) => ({ name, text: text.replaceAll(BUILD, digest) }));
}

/** OpenCode's plugin: one file that needs nothing beside it, wherever it is copied to. */
export async function bundlePlugin({ root, version }) {
  const { outputFiles, metafile } = await build({
    ...bundleOptions({ root, version }),
    entryPoints: { "opencode-plugin": "src/mcp/opencode-plugin.ts" },
    outExtension: { ".js": ".mjs" },
    splitting: false,
    minifyIdentifiers: true,
  });
  return { files: outputFiles.map(({ path, text }) => ({ name: basename(path), text })), metafile };
}

/**
 * Bundles `holdfast/agent-loop`: one file for `import` and one for `require`, each with everything in it. What it
 * declares is src/hosts/opencode/agent-loop/api.ts, word for word.
 */
export async function bundleAgentLoop({ root, version }) {
  const folder = "src/hosts/opencode/agent-loop";
  const common = {
    ...bundleOptions({ root, version }),
    entryPoints: { "agent-loop": `${folder}/index.ts` },
    splitting: false,
    minify: true,
  };
  const [esm, cjs, declarations] = await Promise.all([
    build({ ...common, outExtension: { ".js": ".mjs" } }),
    build({ ...common, format: "cjs" }),
    readFile(join(root, folder, "api.ts"), "utf8"),
  ]);
  const code = [...esm.outputFiles, ...cjs.outputFiles].map(({ path, text }) => ({ name: basename(path), text }));
  const types = ["agent-loop.d.mts", "agent-loop.d.ts"].map((name) => ({ name, text: declarations }));
  return { files: [...code, ...types], metafile: mergeMetafiles([esm.metafile, cjs.metafile]) };
}

/** What several bundles are made of. */
export const mergeMetafiles = (metafiles) => ({
  inputs: Object.assign({}, ...metafiles.map(({ inputs }) => inputs)),
  outputs: Object.assign({}, ...metafiles.map(({ outputs }) => outputs)),
});

/** Gives `FORMAT` of src/plan/record.ts another value. */
function withFormat(format) {
  const setup = (build) => {
    build.onLoad({ filter: /[\\/]src[\\/]plan[\\/]record\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      const contents = source.replace(/^export const FORMAT = \d+;$/m, `export const FORMAT = ${format};`);
      if (contents === source) throw new Error(`bug: ${path} says nothing of FORMAT, or says ${format} already`);
      return { contents, loader: "ts" };
    });
  };
  return { name: "record-format", setup };
}

async function toCommonJs(text) {
  const { code } = await transform(text, {
    format: "cjs",
    platform: "node",
    target: "node20.19",
    supported: { "dynamic-import": false },
    minify: true,
    legalComments: "none",
  });
  return code;
}
