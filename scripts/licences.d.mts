import type { Metafile } from "esbuild";

export function bundledPackages(
  metafile: Pick<Metafile, "outputs">,
): { readonly folder: string; readonly name: string }[];

export function licenceText(root: string, metafile: Pick<Metafile, "outputs">): Promise<string>;
