import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "./root.ts";

const installed = join(projectRoot, "test", "hosts", "node_modules");

export type Cli = "claude" | "codex" | "opencode";

/** Codex brings the ripgrep that OpenCode needs on its path. */
export const findRipgrep = (): string | undefined => codexParts("codex-path", "rg").find((path) => existsSync(path));

const codexParts = (...parts: readonly string[]): readonly string[] =>
  packages("@openai", "codex-").flatMap((folder) => {
    const vendor = join(folder, "vendor");
    return namesIn(vendor).map((target) => join(vendor, target, ...parts));
  });

const packages = (scope: string, prefix: string): readonly string[] =>
  namesIn(join(installed, scope))
    .filter((name) => name.startsWith(prefix))
    .toSorted()
    .map((name) => join(installed, scope, name));

const namesIn = (folder: string): readonly string[] => (existsSync(folder) ? readdirSync(folder) : []);

const CANDIDATES: Readonly<Record<Cli, () => readonly string[]>> = {
  claude: () => packages("@anthropic-ai", "claude-code-").map((folder) => join(folder, "claude")),
  codex: () => codexParts("bin", "codex"),
  // The plain build comes before the one for old processors, which is installed beside it.
  opencode: () => packages("", "opencode-").map((folder) => join(folder, "bin", "opencode")),
};

/** The real program of a host, as its package for this platform has it; undefined where it is not installed. */
export const findCli = (cli: Cli): string | undefined => CANDIDATES[cli]().find((path) => existsSync(path));
