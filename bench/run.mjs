// Bundles the benchmark and runs it in a cleaned environment: what a user's shell has set is not what is measured.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "holdfast-bench-"));
try {
  await build({
    absWorkingDir: root,
    entryPoints: { bench: "bench/bench.ts", appender: "bench/appender.ts" },
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
    ["--expose-gc", join(folder, "bench.mjs"), root, folder, ...process.argv.slice(2)],
    { stdio: "inherit", env: { PATH: process.env.PATH, HOME: folder, TMPDIR: folder, LC_ALL: "C" } },
  );
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
