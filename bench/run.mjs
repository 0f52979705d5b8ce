// Bundles a benchmark and runs it in a cleaned environment: what a user's shell has set is not what is measured.
// `hosts` as the first word is the one on the real agent CLIs.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const isOfHosts = process.argv[2] === "hosts";
const entryPoints = isOfHosts
  ? { bench: "bench/hosts/bench.ts" }
  : {
      bench: "bench/bench.ts",
      appender: "bench/appender.ts",
      digester: "bench/digester.ts",
      reader: "test/support/report-reader.ts",
    };
const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "holdfast-bench-"));
try {
  await build({
    absWorkingDir: root,
    entryPoints,
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    platform: "node",
    format: "esm",
    target: "node20.19",
    minifyWhitespace: true,
    minifySyntax: true,
    logLevel: "error",
  });
  const built = spawnSync(process.execPath, [join(root, "scripts/build.mjs")], { stdio: "inherit" });
  if (built.status !== 0) throw new Error("the program could not be built");
  const { status } = spawnSync(
    process.execPath,
    ["--expose-gc", join(folder, "bench.mjs"), root, folder, ...process.argv.slice(isOfHosts ? 3 : 2)],
    {
      stdio: "inherit",
      env: { PATH: process.env.PATH, HOME: folder, TMPDIR: folder, LC_ALL: "C", HOLDFAST_PROJECT: root },
    },
  );
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
