import { defineConfig } from "vitest/config";

/** One file and one test after the other: the CLIs are heavy, and two of them at once time out on a small machine. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ["*.test.ts"],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // On a slow machine a host's terminal can swallow what is typed while it still draws; what fails twice has failed.
    retry: 1,
  },
});
