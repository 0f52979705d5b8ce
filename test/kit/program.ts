import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleProgram } from "../../scripts/bundle.mjs";

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
 * Another entry may stand in for `src/cli/holdfast.ts`, and another format for the one that its records have.
 */
export async function buildProgram(entry = "src/cli/holdfast.ts", format?: number): Promise<Program> {
  const folder = await mkdtemp(join(tmpdir(), "holdfast-program-"));
  const { files } = await bundleProgram({
    root: projectRoot,
    version: "0.0.0-test",
    entry,
    ...(format === undefined ? {} : { format }),
  });
  for (const { name, text } of files) await writeFile(join(folder, name), text);
  const path = join(folder, "holdfast.js");
  await chmod(path, 0o755);
  return { path, remove: () => rm(folder, { recursive: true }) };
}
