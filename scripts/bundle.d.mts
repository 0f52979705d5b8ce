import type { BuildOptions } from "esbuild";

export function bundleOptions(project: { readonly root: string; readonly version: string }): BuildOptions & {
  metafile: true;
  write: false;
};
