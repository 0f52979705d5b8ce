import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { bundleOptions } from "../../scripts/bundle.mjs";

/** The project's folder. */
export const projectRoot = fileURLToPath(new URL("../..", import.meta.url));

export interface Program {
  /** The bundled program, to be run with Node. */
  readonly path: string;
  /** Takes it away again. */
  readonly remove: () => Promise<void>;
}

/**
 * Builds the program as it is at this moment into a temporary folder, beside whatever stands in `dist/`.
 * Another entry may stand in for `src/cli/holdfast.ts`.
 */
export async function buildProgram(entry = "src/cli/holdfast.ts"): Promise<Program> {
  const folder = await mkdtemp(join(tmpdir(), "holdfast-program-"));
  await build({
    ...bundleOptions({ root: projectRoot, version: "0.0.0-test" }),
    entryPoints: { holdfast: entry },
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    write: true,
  });
  const path = join(folder, "holdfast.mjs");
  await chmod(path, 0o755);
  return { path, remove: () => rm(folder, { recursive: true }) };
}
