import { parseArgs } from "node:util";
import { ok, refuse } from "../plan/refusal.ts";
import type { Refusal, Result } from "../plan/refusal.ts";
import { suggest } from "../plan/suggest.ts";
import type { ArgSpec, OptionInput, OptionSpec, OptionSpecs, Spec, UntypedInput, ValueSpec } from "./command.ts";
import { globalOptions } from "./global-options.ts";
import type { Switches } from "./global-options.ts";
import { usageLine } from "./help.ts";

export interface Parsed extends Switches {
  readonly input: UntypedInput;
  readonly rest: readonly string[];
}

interface Given {
  /** Texts by option name, in the order given; a flag's are empty. */
  readonly options: Map<string, string[]>;
  readonly positionals: readonly string[];
  readonly rest: readonly string[];
}

/** Checks arguments, without the command's words, against its spec. Every mistake is listed, not just the first. */
export function parseCommand(spec: Spec, argv: readonly string[]): Result<Parsed> {
  const specs: OptionSpecs = { ...spec.options, ...globalOptions };
  const problems: Refusal[] = [];
  const given = readArguments(specs, argv, spec.rest === true, problems);
  const isHelp = given.options.has("help");
  const values = new Map<string, OptionInput>();
  for (const [name, option] of Object.entries(specs)) {
    values.set(name, readOption(name, option, given.options.get(name) ?? [], problems));
  }
  const args = readPositionals(spec.args ?? [], given.positionals, problems);
  if (problems.length > 0 && !isHelp) return { ok: false, refusal: inOne(problems, spec) };
  return ok({
    input: { args, options: Object.fromEntries(values) },
    rest: given.rest,
    isHelp,
    noColor: values.get("no-color") === true,
    global: {
      json: values.get("json") === true,
      ...text("plan", values),
      ...text("session", values),
      ...text("root", values),
    },
  });
}

function text<N extends string>(name: N, values: ReadonlyMap<string, OptionInput>): { readonly [K in N]?: string } {
  const value = values.get(name);
  return (typeof value === "string" ? { [name]: value } : {}) as { readonly [K in N]?: string };
}

function inOne(problems: readonly Refusal[], spec: Spec): Refusal {
  const [only] = problems;
  const hint = `Usage: ${usageLine(spec)}`;
  if (only !== undefined && problems.length === 1) return { ...only, hint: only.hint ?? hint };
  return refuse("usage-several-mistakes", `${problems.length} things are wrong with this command`, {
    hint,
    details: problems,
  });
}

function readArguments(specs: OptionSpecs, argv: readonly string[], hasRest: boolean, problems: Refusal[]): Given {
  const end = hasRest ? argv.indexOf("--") : -1;
  const own = end < 0 ? argv : argv.slice(0, end);
  // Not strict: its errors are exceptions without suggestions. Everything that it would refuse is refused below.
  const { tokens } = parseArgs({
    args: own.map(shield),
    options: parserOptions(specs),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const options = new Map<string, string[]>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(unshield(token.value));
    if (token.kind !== "option") continue;
    const value = token.value === undefined ? undefined : unshield(token.value);
    const problem = optionProblem(specs, token.name, token.rawName, value, token.inlineValue === true);
    if (problem !== undefined) problems.push(problem);
    else options.set(token.name, [...(options.get(token.name) ?? []), value ?? ""]);
  }
  return { options, positionals, rest: end < 0 ? [] : argv.slice(end + 1) };
}

/** No argument can hold it. */
const SHIELD = "\0";

/** A text that begins with a dash, as the items of a list do, is none of the names of options: those have no spaces. */
const shield = (text: string): string => (/^-[^=\s]*\s/.test(text) ? SHIELD + text : text);

const unshield = (text: string): string => (text.startsWith(SHIELD) ? text.slice(SHIELD.length) : text);

const parserOptions = (specs: OptionSpecs): Record<string, { type: "string" | "boolean"; short?: string }> =>
  Object.fromEntries(
    Object.entries(specs).map(([name, { type, short }]) => [
      name,
      { type: type === "boolean" ? "boolean" : "string", ...(short === undefined ? {} : { short }) } as const,
    ]),
  );

function optionProblem(
  specs: OptionSpecs,
  name: string,
  rawName: string,
  value: string | undefined,
  isInline: boolean,
): Refusal | undefined {
  const option = Object.hasOwn(specs, name) ? specs[name] : undefined;
  if (option === undefined) {
    const near = suggest(name, Object.keys(specs)).map((other) => `--${other}`);
    return refuse("usage-unknown-option", `There is no option ${rawName} here`, didYouMean(near));
  }
  if (option.type === "boolean") {
    return value === undefined ? undefined : refuse("usage-needless-value", `${rawName} takes no value`);
  }
  if (value === undefined || (!isInline && isOption(value, specs))) {
    const hint = value === undefined ? undefined : `A value that begins with a dash is given as ${rawName}=${value}`;
    return refuse("usage-missing-value", `${rawName} needs a value: <${option.value}>`, { ...(hint && { hint }) });
  }
  return undefined;
}

/** Values may begin with a dash (a list item, a negative number) as long as they are no option of this command. */
function isOption(value: string, specs: OptionSpecs): boolean {
  if (value.startsWith("--")) return /^--[a-z]/.test(value) && !/\s/.test(value);
  return Object.values(specs).some(({ short }) => short !== undefined && value === `-${short}`);
}

function readOption(name: string, option: OptionSpec, texts: readonly string[], problems: Refusal[]): OptionInput {
  if (option.type === "boolean") return texts.length > 0;
  if (option.required === true && texts.length === 0) {
    problems.push(refuse("usage-missing-option", `--${name} <${option.value}> is missing: ${option.summary}`));
  }
  if (option.many !== true && new Set(texts).size > 1) {
    problems.push(refuse("usage-repeated-option", `--${name} is given more than once, with different values`));
  }
  const values = texts.map((value) => readValue(`--${name}`, option, value, problems));
  if (option.many === true) return values as readonly string[] | readonly number[];
  return values[0];
}

function readValue(label: string, option: ValueSpec, value: string, problems: Refusal[]): string | number {
  if (option.type === "string") {
    checkChoice(label, option.choices, value, problems);
    return value;
  }
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = option;
  const number = /^-?\d{1,16}$/.test(value) ? Number(value) : NaN;
  if (!(number >= min && number <= max)) {
    const range = max === Number.MAX_SAFE_INTEGER ? `${min} or more` : `${min} to ${max}`;
    problems.push(refuse("usage-invalid-value", `${label} takes a whole number, ${range}; not ${quote(value)}`));
  }
  return number;
}

function checkChoice(label: string, choices: readonly string[] | undefined, value: string, problems: Refusal[]): void {
  if (choices === undefined || choices.includes(value)) return;
  problems.push(
    refuse(
      "usage-invalid-value",
      `${label} is one of ${choices.join(", ")}; not ${quote(value)}`,
      didYouMean(suggest(value, choices)),
    ),
  );
}

function readPositionals(
  specs: readonly ArgSpec[],
  positionals: readonly string[],
  problems: Refusal[],
): UntypedInput["args"] {
  const args: Record<string, string | readonly string[] | undefined> = {};
  specs.forEach((spec, index) => {
    const values = spec.many === true ? positionals.slice(index) : positionals.slice(index, index + 1);
    if (values.length === 0 && spec.optional !== true) {
      problems.push(refuse("usage-missing-argument", `<${spec.name}> is missing: ${spec.summary}`));
    }
    for (const value of values) checkChoice(`<${spec.name}>`, spec.choices, value, problems);
    args[spec.name] = spec.many === true ? values : values[0];
  });
  const extra = specs.some(({ many }) => many === true) ? [] : positionals.slice(specs.length);
  if (extra.length > 0) {
    problems.push(refuse("usage-extra-argument", `There is no place for ${extra.map(quote).join(" ")}`));
  }
  return args;
}

export const didYouMean = (near: readonly string[]): { readonly hint?: string } =>
  near.length === 0 ? {} : { hint: `Did you mean ${near.join(" or ")}?` };

export const quote = (value: string): string => JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
