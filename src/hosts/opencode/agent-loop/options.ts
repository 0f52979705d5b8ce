import { readFileSync } from "node:fs";
import { parse as parseJsonc, type ParseError } from "jsonc-parser";
import { hintNear } from "../../../plan/suggest.ts";
import { isObject } from "../../../plan/shape.ts";
import type { ModelSpec, TaskContinuationOptions } from "./api.ts";
import { expandPath, GOALS_BASE_PATH } from "./goal-file.ts";
import { textOf } from "./event.ts";

/** Every option with a value. */
interface Settled {
  readonly taskLoop: boolean;
  readonly countdownSeconds: number;
  readonly errorCooldownMs: number;
  readonly toastDurationMs: number;
  readonly debug: boolean;
  readonly logFilePath?: string;
  readonly goalsBasePath: string;
  readonly agent?: string;
  readonly model?: string | ModelSpec;
}

type Name = keyof Settled;

interface Rule {
  readonly fits: (value: unknown) => boolean;
  readonly expected: string;
}

/** The longest that a timer can wait. */
const LONGEST_MS = 2 ** 31 - 1;

const span = (unitMs: number): Rule => ({
  fits: (value) => typeof value === "number" && value >= 0 && value * unitMs <= LONGEST_MS,
  expected: "a number of at least 0",
});
const flag: Rule = { fits: (value) => typeof value === "boolean", expected: "true or false" };
const text: Rule = { fits: (value) => textOf(value) !== undefined, expected: "a text" };
const model: Rule = {
  fits: (value) =>
    textOf(value) !== undefined ||
    (isObject(value) && textOf(value["providerID"]) !== undefined && textOf(value["modelID"]) !== undefined),
  expected: "provider/model",
};

const RULES: Readonly<Record<Name, Rule>> = {
  taskLoop: flag,
  countdownSeconds: span(1000),
  errorCooldownMs: span(1),
  toastDurationMs: span(1),
  debug: flag,
  logFilePath: text,
  goalsBasePath: text,
  agent: text,
  model,
};

const DEFAULTS: Settled = {
  taskLoop: true,
  countdownSeconds: 2,
  errorCooldownMs: 3000,
  toastDurationMs: 900,
  debug: true,
  goalsBasePath: GOALS_BASE_PATH,
};

const isName = (name: string): name is Name => Object.hasOwn(RULES, name);

export interface Checked {
  readonly options: Settled;
  /** What was given and is not used, in sentences. */
  readonly problems: readonly string[];
}

interface Source {
  /** As a person knows it. */
  readonly name: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** The first source that has a good value for an option gives it; each bad one is named. */
function settle(sources: readonly Source[], foreign: readonly string[] = []): Checked {
  const problems: string[] = [];
  const found: Record<string, unknown> = {};
  for (const { name: source, values } of sources) {
    for (const [name, value] of Object.entries(values)) {
      if (value === undefined || foreign.includes(name) || name === "$schema") continue;
      if (!isName(name)) {
        const { hint } = hintNear(name, Object.keys(RULES));
        problems.push(`${source}: there is no option ${shown(name)}${hint === undefined ? "" : ` (${hint})`}`);
      } else if (!RULES[name].fits(value)) {
        problems.push(
          `${source}: ${name} is ${shown(value)}, where ${RULES[name].expected} is expected; it is left aside`,
        );
      } else found[name] ??= value;
    }
  }
  return { options: { ...DEFAULTS, ...found }, problems };
}

const shown = (value: unknown): string => (JSON.stringify(value) ?? typeof value).slice(0, 80);

/** The options of `createTaskContinuation`. */
export const checkContinuationOptions = (given: TaskContinuationOptions): Checked =>
  settle([{ name: "createTaskContinuation", values: { ...given } }], ["goalManagement"]);

/** Where options can stand beside those of the plugin, the first before the later. */
const OPTION_FILES = [
  "~/.local/share/opencode/agent-loop-plugin.jsonc",
  "~/.local/share/opencode/agent-loop-plugin.json",
  "~/.config/opencode/agent-loop-plugin.json",
] as const;

/** The plugin's options: its own before those of the files before the defaults. */
export function loadOptions(given: Readonly<Record<string, unknown>> = {}): Checked {
  const files = OPTION_FILES.map((file) => readOptions(expandPath(file)));
  const checked = settle([
    { name: "the plugin's options", values: given },
    ...files.flatMap(({ source }) => source ?? []),
  ]);
  return { ...checked, problems: [...files.flatMap(({ problem }) => problem ?? []), ...checked.problems] };
}

function readOptions(file: string): { readonly source?: Source; readonly problem?: string } {
  let contents: string;
  try {
    contents = readFileSync(file, "utf8");
  } catch (error) {
    const isAbsent = (error as { code?: unknown }).code === "ENOENT";
    return isAbsent ? {} : { problem: `${file} cannot be read; it is left aside` };
  }
  const errors: ParseError[] = [];
  const values: unknown = parseJsonc(contents.replace(/^\ufeff/, ""), errors, { allowTrailingComma: true });
  if (errors.length > 0 || !isObject(values)) return { problem: `${file} is no JSON object; it is left aside` };
  return { source: { name: file, values } };
}
