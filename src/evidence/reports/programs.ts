import type { MachineFormat, Runner } from "./report.ts";

/** A command that runs tests, and what it prints. */
export interface RunnerFound {
  readonly runner: Runner;
  readonly prints: "text" | MachineFormat;
}

/** Options with which a runner only says what it would do: some print a green summary. */
const NO_RUN = new Set(
  "--version --help --dry-run --dryRun --list --list-tests --listTests --collect-only --collectonly --co --setup-plan --setup-only --fixtures --no-run --show-only --showConfig --show-config --print-labels --config-only".split(
    " ",
  ),
);

const isOption = (arg: string): boolean => arg.startsWith("-");
const hasOption = (args: readonly string[], ...names: readonly string[]): boolean =>
  args.some((arg) => names.includes(arg.split("=")[0]!));
const firstWord = (args: readonly string[]): string | undefined => args.find((arg) => !isOption(arg));

const as = (runner: Runner) => (): RunnerFound => ({ runner, prints: "text" });

/** Only where one of these words comes first. */
const asked =
  (runner: Runner, ...words: readonly string[]) =>
  (args: readonly string[]): RunnerFound | undefined =>
    words.includes(firstWord(args) ?? "") ? { runner, prints: "text" } : undefined;

/** Build tools: the words that make them run tests, of a project or of a part of it. */
const building =
  (runner: Runner, goals: RegExp) =>
  (args: readonly string[]): RunnerFound | undefined =>
    args.some((arg) => goals.test(arg)) ? { runner, prints: "text" } : undefined;

function python(args: readonly string[]): RunnerFound | undefined {
  const at = args.indexOf("-m");
  if (at < 0 || !args.slice(0, at).every((arg) => /^-[BEIOsSuv]+$/.test(arg))) return undefined;
  const module = args[at + 1];
  return module === "pytest" || module === "unittest" ? { runner: module, prints: "text" } : undefined;
}

/** `node --test`, or the file of a runner that was installed. */
function node(args: readonly string[]): RunnerFound | undefined {
  const at = args.findIndex((arg) => !isOption(arg));
  const options = at < 0 ? args : args.slice(0, at);
  if (options.includes("--test")) return { runner: "node-test", prints: "text" };
  const file = at === 0 ? args[0]! : "";
  const name =
    /^(?:\.\/)?(?:\.\.\/)*node_modules\/(?:\.bin|vitest|jest\/bin|mocha\/bin)\/(vitest|jest|_?mocha)(?:\.m?js)?$/.exec(
      file,
    )?.[1];
  return name === undefined ? undefined : PROGRAMS.get(name)?.(args.slice(1));
}

function go(args: readonly string[]): RunnerFound | undefined {
  if (args[0] !== "test" || hasOption(args, "-n", "-c", "-list", "-exec", "-toolexec", "-overlay", "-h"))
    return undefined;
  return { runner: "go", prints: hasOption(args, "-json", "--json") ? "go-json" : "text" };
}

function cargo(args: readonly string[]): RunnerFound | undefined {
  const [first, second] = args[0]?.startsWith("+") === true ? args.slice(1) : args;
  if (hasOption(args, "--config")) return undefined;
  if (first === "nextest" && (second === "run" || second === "r")) return { runner: "nextest", prints: "text" };
  if (first !== "test" && first !== "t") return undefined;
  const isJson = args.includes("--format=json") || args[args.indexOf("--format") + 1] === "json";
  return { runner: "cargo", prints: isJson ? "libtest-json" : "text" };
}

function vitest(args: readonly string[]): RunnerFound | undefined {
  return ["list", "bench", "init", "complete"].includes(args[0] ?? "") ? undefined : as("vitest")();
}

/** Programs by their bare names, and whether their arguments make them run tests. */
const PROGRAMS: ReadonlyMap<string, (args: readonly string[]) => RunnerFound | undefined> = new Map([
  ["vitest", vitest],
  ["jest", as("jest")],
  ["mocha", as("mocha")],
  ["_mocha", as("mocha")],
  ["playwright", asked("playwright", "test")],
  ["node", node],
  ["tsx", node],
  ["bun", asked("bun", "test")],
  ["deno", asked("deno", "test")],
  ["pytest", as("pytest")],
  ["py.test", as("pytest")],
  ["python", python],
  ["python3", python],
  ["go", go],
  ["cargo", cargo],
  ["ctest", (args: readonly string[]) => (hasOption(args, "-N") ? undefined : as("ctest")())],
  ["mvn", building("maven", /^(?:test|verify|package|install|integration-test|.*surefire.*:test)$/)],
  ["mvnw", building("maven", /^(?:test|verify|package|install|integration-test|.*surefire.*:test)$/)],
  ["gradle", building("gradle", /^(?::?[\w-]+:)*(?:test|check|build)$/)],
  ["gradlew", building("gradle", /^(?::?[\w-]+:)*(?:test|check|build)$/)],
  ["dotnet", asked("dotnet", "test")],
  ["rspec", as("rspec")],
  ["phpunit", as("phpunit")],
  ["mix", asked("exunit", "test")],
]);

/** Programs that run no tests, and print nothing that could be taken for a summary while they succeed. */
const HARMLESS = new Set("cd export set true : mkdir tsc eslint oxlint prettier oxfmt biome cmake".split(" "));

/** Where a runner lies that was installed for a project or a machine; what lies elsewhere may be anything. */
const INSTALLED =
  /^(?:(?:\.\/|\.\.\/)*(?:node_modules\/\.bin|vendor\/bin|\.?venv\/bin)\/|\/usr\/(?:local\/)?bin\/)([\w.-]+)$/;

/** The bare name of a program; undefined if it is one that a project may have made itself. */
export function programName(word: string): string | undefined {
  if (/^[\w.:-]+$/.test(word)) return word.replace(/^(python3?)(?:\.\d+)+$/, "$1");
  const wrapper = /^\.\/(mvnw|gradlew)$/.exec(word)?.[1];
  return wrapper ?? INSTALLED.exec(word)?.[1];
}

/** What a program with these arguments is: a run of tests, harmless, or unknown. */
export function recognise(name: string, args: readonly string[]): RunnerFound | "harmless" | undefined {
  if (HARMLESS.has(name)) return "harmless";
  return hasOption(args, ...NO_RUN) ? undefined : PROGRAMS.get(name)?.(args);
}
