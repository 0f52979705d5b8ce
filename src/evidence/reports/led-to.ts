import { readShell } from "../../workspace/shell-words.ts";
import { unwrap, withoutVariables, type Scripts } from "./detect.ts";

const MAX_DEPTH = 5;

/**
 * The programs that a command leads to, by the words that name them: its own, what that runs in its place (`npx`, `env`),
 * and what the package's scripts run that it names. As far as that can be told; nothing is judged by it.
 */
export function programsIn(words: readonly string[], scripts: Scripts, depth = 0): readonly string[] {
  const [program, ...args] = withoutVariables(words) ?? words;
  if (program === undefined || depth > MAX_DEPTH) return [];
  const name = program.replace(/^.*[\\/]/, "").replace(/\.(?:exe|cmd)$/i, "");
  const wrapped = unwrap(name, args);
  if (wrapped !== undefined) return [program, ...programsIn(wrapped, scripts, depth + 1)];
  if (name === "sh" || name === "bash") {
    const line = /^-\w*c$/.test(args[0] ?? "") ? args[1] : undefined;
    return line === undefined ? [program] : [program, ...programsInLine(line, scripts, depth + 1)];
  }
  if (!MANAGERS.has(name)) return [program];
  const verbs = args.filter((arg) => !arg.startsWith("-"));
  const [verb = "", second = ""] = verbs;
  if (verb === "exec" || verb === "x") return [program, ...programsIn(verbs.slice(1), scripts, depth + 1)];
  const script = verb === "run" || verb === "run-script" ? second : verb === "t" || verb === "tst" ? "test" : verb;
  const lines = [`pre${script}`, script, `post${script}`].flatMap((one) =>
    Object.hasOwn(scripts, one) ? [scripts[one]!] : [],
  );
  return [program, ...lines.flatMap((line) => programsInLine(line, scripts, depth + 1))];
}

/** The same for a line that a shell runs. */
export function programsInLine(line: string, scripts: Scripts, depth = 0): readonly string[] {
  return readShell(line).commands.flatMap(({ words }) =>
    programsIn(
      words.map(({ text }) => text),
      scripts,
      depth,
    ),
  );
}

const MANAGERS: ReadonlySet<string> = new Set(["npm", "pnpm", "yarn", "bun"]);
