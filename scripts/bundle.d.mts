import type { BuildOptions, Metafile } from "esbuild";

export function bundleOptions(project: { readonly root: string; readonly version: string }): BuildOptions & {
  metafile: true;
  write: false;
};

export function bundleProgram(project: {
  readonly root: string;
  readonly version: string;
  readonly entry?: string;
  /** What `FORMAT` is to be instead. */
  readonly format?: number;
}): Promise<Bundle>;

export function bundleAgentLoop(project: { readonly root: string; readonly version: string }): Promise<Bundle>;

interface Bundle {
  readonly files: readonly { readonly name: string; readonly text: string }[];
  readonly metafile: Metafile;
}

export function bundlePlugin(project: { readonly root: string; readonly version: string }): Promise<{
  readonly files: readonly { readonly name: string; readonly text: string }[];
  readonly metafile: Metafile;
}>;
