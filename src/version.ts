declare const HOLDFAST_VERSION: string | undefined;

/** This program's version; the build writes it in, and from source it is `0.0.0-source`. */
export const version: string = typeof HOLDFAST_VERSION === "string" ? HOLDFAST_VERSION : "0.0.0-source";
