import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "./program.ts";

/** Bun's binary: in the package that holds it, or where that package's install script, if it ran, has moved it. */
export function findBun(): string | undefined {
  const modules = join(projectRoot, "node_modules");
  const builds = existsSync(join(modules, "@oven")) ? readdirSync(join(modules, "@oven")) : [];
  const places = [...builds.map((build) => join(modules, "@oven", build, "bin")), join(modules, "bun", "bin")];
  return places
    .flatMap((place) => ["bun", "bun.exe"].map((name) => join(place, name)))
    .find((file) => existsSync(file));
}
