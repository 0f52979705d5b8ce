import type { ArgSpec, Command, Group, OptionSpec, OptionSpecs, Spec } from "./command.ts";
import { EXIT_CODES } from "./exit-codes.ts";
import { globalOptions } from "./global-options.ts";
import { bold, dim, pad, plain } from "./text.ts";
import type { Text } from "./text.ts";

type Row = readonly [left: Text, right: Text];

const argument = ({ name, optional, many }: ArgSpec): string => {
  const shown = many === true ? `<${name}>...` : `<${name}>`;
  return optional === true ? `[${shown}]` : shown;
};

/** `holdfast task claim <id> [options]`, with what must be given spelled out. */
export function usageLine(spec: Spec): string {
  const required = Object.entries(spec.options ?? {}).flatMap(([name, option]) =>
    option.type !== "boolean" && option.required === true ? [`--${name} <${option.value}>`] : [],
  );
  const rest = spec.rest === true ? ["--", "<command>..."] : [];
  const parts = [...spec.path, ...(spec.args ?? []).map(argument), ...required, "[options]", ...rest];
  return `holdfast ${parts.join(" ")}`;
}

const optionName = (name: string, option: OptionSpec): string => {
  const long = option.type === "boolean" ? `--${name}` : `--${name} <${option.value}>`;
  return option.short === undefined ? long : `-${option.short}, ${long}`;
};

const choicesOf = (choices: readonly string[] | undefined): string =>
  choices === undefined ? "" : ` (${choices.join(", ")})`;

function optionNotes(option: OptionSpec): string {
  if (option.type === "boolean") return option.summary;
  const notes = [option.required === true ? "required" : "", option.many === true ? "repeatable" : ""].filter(Boolean);
  return `${option.summary}${choicesOf(option.choices)}${notes.length > 0 ? ` [${notes.join(", ")}]` : ""}`;
}

export const optionRows = (options: OptionSpecs): readonly Row[] =>
  Object.entries(options).map(([name, option]) => [optionName(name, option), optionNotes(option)]);

export const argumentRows = (args: readonly ArgSpec[]): readonly Row[] =>
  args.map((arg) => [argument(arg), `${arg.summary}${choicesOf(arg.choices)}`]);

/** Wider left columns than this push their text to a line of its own, so that the others stay readable. */
const WIDEST_LEFT = 36;

function table(title: string, rows: readonly Row[]): readonly Text[] {
  if (rows.length === 0) return [];
  const widths = rows.map(([left]) => plain(left).length).filter((width) => width <= WIDEST_LEFT);
  const width = Math.max(4, ...widths) + 2;
  const lines = rows.flatMap(([left, right]): Text[] =>
    plain(left).length > WIDEST_LEFT
      ? [
          ["  ", left],
          [" ".repeat(width + 2), right],
        ]
      : [["  ", pad(left, width), right]],
  );
  return ["", bold(title), ...lines];
}

/** `--help` of one command. */
export function commandHelp(spec: Spec): readonly Text[] {
  const exits = Object.entries(spec.exits ?? {}).map(([code, meaning]): Row => [code, meaning ?? ""]);
  return [
    [bold(`holdfast ${spec.path.join(" ")}`), `: ${spec.summary}`],
    "",
    `Usage: ${usageLine(spec)}`,
    ...(spec.description === undefined ? [] : ["", spec.description]),
    ...(spec.personOnly === true ? ["", "Only a person can do this; it is closed to agents."] : []),
    ...table("Arguments", argumentRows(spec.args ?? [])),
    ...table("Options", optionRows(spec.options ?? {})),
    ...table("Options of every command", optionRows(globalOptions)),
    ...table("Exit codes", exits),
    "",
    bold("Examples"),
    ...spec.examples.flatMap(({ run, does }): Text[] => [
      ["  ", run],
      ["      ", dim(does)],
    ]),
  ];
}

/** `--help` of the commands that begin with some words. */
export function groupHelp(path: readonly string[], summary: string, commands: readonly Command[]): readonly Text[] {
  const shown = commands.filter(({ spec }) => spec.hidden !== true);
  const rows = shown.map(({ spec }): Row => [spec.path.join(" "), spec.summary]);
  const [example] = shown.flatMap(({ spec }) => spec.examples);
  return [
    [bold(`holdfast ${path.join(" ")}`), `: ${summary}`],
    "",
    `Usage: holdfast ${path.join(" ")} <command> [options]`,
    ...table("Commands", rows),
    ...(example === undefined ? [] : ["", bold("Example"), `  ${example.run}`, ["      ", dim(example.does)]]),
    "",
    `See one: holdfast ${rows[0] === undefined ? path.join(" ") : plain(rows[0][0])} --help`,
  ];
}

/** `holdfast --help`. */
export function programHelp(groups: readonly Group[], version: string): readonly Text[] {
  const rows = groups.filter(({ hidden }) => hidden !== true).map(({ name, summary }): Row => [name, summary]);
  return [
    [bold(`holdfast ${version}`), ": keeps a coding agent's plan outside the chat"],
    "",
    "Usage: holdfast <command> [options]",
    ...table("Commands", rows),
    ...table("Options", [...optionRows(globalOptions), ["-V, --version", "print the version"]]),
    ...table(
      "Exit codes",
      EXIT_CODES.map(({ code, meaning }): Row => [String(code), meaning]),
    ),
    "",
    bold("Examples"),
    "  holdfast init",
    ["      ", dim("make a folder for plans here")],
    "  holdfast help task",
    ["      ", dim("explain a group of commands, or one of them")],
  ];
}
