import { agentOf } from "./agent-programs.ts";
import { lineageOf, type ProcessSight } from "./process-table.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** How each host is told to answer one prompt and end, with nobody at it. */
const ONE_SHOT: readonly (readonly [host: RegExp, words: readonly string[]])[] = [
  [/claude/, ["-p", "--print"]],
  [/codex/, ["exec", "e"]],
  [/opencode/, ["run"]],
];

/** What the environment alone tells of it; undefined where it does not. */
export function isHeadlessByEnv(env: Env): boolean | undefined {
  if (isGiven(env["HOLDFAST_WORKER"])) return false;
  const entry = env["CLAUDE_CODE_ENTRYPOINT"];
  return isGiven(entry) ? /^sdk(?:-|$)|github-action/.test(entry) : undefined;
}

/**
 * Whether the host runs without anybody at it and was not started by Holdfast, as far as its environment and its command
 * line tell. What cannot be seen counts as a person's.
 */
export async function isHeadless(
  env: Env,
  lineage: () => Promise<readonly ProcessSight[] | undefined> = () => lineageOf(process.pid),
): Promise<boolean> {
  const told = isHeadlessByEnv(env);
  if (told !== undefined) return told;
  const host = (await lineage())?.find((sight) => agentOf(sight) !== undefined);
  return host !== undefined && isOneShot(host);
}

function isOneShot(sight: ProcessSight): boolean {
  const name = agentOf(sight) ?? "";
  const words = ONE_SHOT.find(([host]) => host.test(name))?.[1] ?? [];
  return sight.argv.slice(1).some((word) => words.includes(word));
}

const isGiven = (value: string | undefined): value is string => value !== undefined && value !== "";
