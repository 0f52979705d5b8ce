import { configDefaults, defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    // What runs real agent CLIs has a command of its own: npm run test:hosts.
    exclude: [...configDefaults.exclude, "test/hosts/**"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
