import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Everything that can be known about the code without running its tests (`npm test`). */
const steps = [
  { name: "format", run: ["oxfmt", "--check", "**/*.{ts,mjs}"], fix: "npm run format" },
  { name: "lint", run: ["oxlint", "--type-aware", "--deny-warnings"] },
  { name: "types", run: ["tsc", "-p", "."] },
  { name: "dead code", run: ["knip", "--no-progress"] },
  { name: "generated files", run: [process.execPath, "scripts/docs.mjs", "--check"], fix: "npm run docs" },
];

const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/** A tool by its own file, so that neither a shell nor the package manager stands between. */
function start([tool, ...args]) {
  const isTool = tool !== process.execPath;
  const shell = process.platform === "win32" && isTool;
  const file = isTool ? join(root, "node_modules", ".bin", shell ? `${tool}.cmd` : tool) : tool;
  return spawnSync(file, args, { cwd: root, encoding: "utf8", maxBuffer: 256 * 1024 * 1024, shell });
}

const started = performance.now();
for (const { name, run, fix } of steps) {
  const from = performance.now();
  const { status, stdout, stderr, error } = start(run);
  if (status !== 0) {
    process.stdout.write(`✗ ${name} (${seconds(from)})\n\n${stdout ?? ""}${stderr ?? ""}${error?.message ?? ""}\n`);
    if (fix !== undefined) process.stdout.write(`To repair it: ${fix}\n`);
    process.exitCode = 1;
    break;
  }
  process.stdout.write(`✓ ${name} (${seconds(from)})\n`);
}
process.stdout.write(`check: ${process.exitCode === 1 ? "failed" : "passed"} in ${seconds(started)}\n`);
