import { realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** A path without links; undefined where nothing is there. */
export function realPath(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch {
    return undefined;
  }
}

/** A path without links as far as it is there; the rest as it is given. */
export function realPathSoFar(path: string): string {
  const real = realPath(path);
  if (real !== undefined) return real;
  const up = dirname(path);
  return up === path ? path : join(realPathSoFar(up), basename(path));
}
