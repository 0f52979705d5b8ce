// Installs the pinned CLIs when they are missing, builds the program, and runs the tests on them.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = join(here, "..", "..");
const { dependencies } = JSON.parse(readFileSync(join(here, "package.json"), "utf8"));

function installed(name) {
  const file = join(here, "node_modules", name, "package.json");
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).version : undefined;
}

const missing = () => Object.entries(dependencies).filter(([name, version]) => installed(name) !== version);
const run = (command, args, options) => spawnSync(command, args, { stdio: "inherit", ...options }).status === 0;

if (missing().length > 0) {
  process.stdout.write(
    `Installing ${missing()
      .map((one) => one.join("@"))
      .join(", ")} (about 1 GB) …\n`,
  );
  // Their install scripts only copy a binary from one package to another; the tests call it where it is.
  run("npm", ["ci", "--ignore-scripts"], { cwd: here, shell: process.platform === "win32" });
}
const lacking = missing().map(([name, version]) => `${name}@${version}`);
for (const one of lacking) process.stdout.write(`SKIPPED: ${one} is not installed, so nothing is tested on it.\n`);

if (lacking.length > 0 && process.env["CI"] === "true") {
  process.stdout.write("In CI every host must be there.\n");
  process.exitCode = 1;
} else if (run(process.execPath, [join(root, "scripts", "build.mjs")], { cwd: root })) {
  const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
  const args = [vitest, "run", "--config", join(here, "vitest.config.ts"), ...process.argv.slice(2)];
  process.exitCode = run(process.execPath, args, { cwd: root }) ? 0 : 1;
} else {
  process.exitCode = 1;
}
