import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);

/** `yaml` offers Node a CommonJS build, which would need `require` in every chunk; its other one is plain ESM. */
const yamlModule = () => join(dirname(require.resolve("yaml/package.json")), "browser", "index.js");

/** How the program is bundled; the architecture test reads the same graph. Nothing is written to disk. */
export function bundleOptions({ root, version }) {
  return {
    absWorkingDir: root,
    entryPoints: { holdfast: "src/cli/holdfast.ts" },
    outdir: "dist",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20.19",
    mainFields: ["module", "main"],
    alias: { yaml: yamlModule() },
    chunkNames: "[name]-[hash]",
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: "none",
    define: { HOLDFAST_VERSION: JSON.stringify(version) },
    metafile: true,
    write: false,
    logLevel: "warning",
  };
}
