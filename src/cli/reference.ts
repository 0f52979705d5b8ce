import type { Command, Group, Spec } from "./command.ts";
import { EXIT_CODES } from "./exit-codes.ts";
import { globalOptions } from "./global-options.ts";
import { argumentRows, optionRows, usageLine } from "./help.ts";
import { plain } from "./text.ts";
import type { Text } from "./text.ts";

/** docs/commands.md: every command that is listed, from the table that the program itself runs on. */
export async function referenceMarkdown(groups: readonly Group[]): Promise<string> {
  const listed = groups.filter(({ hidden }) => hidden !== true);
  const sections = await Promise.all(listed.map(groupSection));
  return [...opening(), ...contents(listed), ...sections.flat(), ""].join("\n");
}

const opening = (): readonly string[] => [
  "# Commands",
  "",
  "Generated from the program's own table by `npm run docs`.",
  "",
  "## Exit codes",
  "",
  "| code | name | meaning |",
  "| ---: | --- | --- |",
  ...EXIT_CODES.map(({ code, name, meaning }) => `| ${code} | ${name} | ${cell(meaning)} |`),
  "",
  "## Output and errors",
  "",
  "Results go to stdout. An error goes to stderr as `error: what. hint: way out`, with its place and everything else",
  "that is wrong with the input below it. Under `--json`, stdout holds one JSON value, and each line of stderr is a JSON",
  'object of its own: `{"error":{"reason","message","hint","place","details","facts"}}` or `{"warning":"…"}`. Reasons are stable;',
  "sentences are not. A list is `{items,total,offset,next}`, `next` being the `--offset` of the next page where there is",
  "one. Text longer than 8 KB is cut at a line, and says how to see the rest. `demo`, `completion` and `statusline` print",
  "text all the same, and `status --watch --json` a value a line.",
  "",
  "## Options of every command",
  "",
  ...rows("option", optionRows(globalOptions)),
];

const contents = (groups: readonly Group[]): readonly string[] => [
  "",
  "## All commands",
  "",
  ...groups.map(({ name, summary }) => `- [\`${name}\`](#${name}): ${summary}`),
];

async function groupSection({ name, summary, load }: Group): Promise<readonly string[]> {
  const commands = (await load()).commands.filter(({ spec }: Command) => spec.hidden !== true);
  return ["", `## ${name}`, "", `${summary}.`, ...commands.flatMap(({ spec }) => commandSection(spec))];
}

function commandSection(spec: Spec): readonly string[] {
  const exits = Object.entries(spec.exits ?? {}).map(([code, meaning]) => `- exit ${code}: ${meaning}`);
  return [
    "",
    `### \`holdfast ${spec.path.join(" ")}\``,
    "",
    `${spec.summary}.${spec.personOnly === true ? " Only a person can do this." : ""}`,
    "",
    ...fenced([usageLine(spec)]),
    ...(spec.description === undefined ? [] : ["", spec.description]),
    ...section(rows("argument", argumentRows(spec.args ?? []))),
    ...section(rows("option", optionRows(spec.options ?? {}))),
    ...section(exits),
    "",
    ...fenced(spec.examples.flatMap(({ run, does }) => [`# ${does}`, run])),
  ];
}

const section = (lines: readonly string[]): readonly string[] => (lines.length === 0 ? [] : ["", ...lines]);

const fenced = (lines: readonly string[]): readonly string[] => ["```sh", ...lines, "```"];

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");

function rows(title: string, found: readonly (readonly [Text, Text])[]): readonly string[] {
  if (found.length === 0) return [];
  const lines = found.map(([left, right]) => `| \`${cell(plain(left))}\` | ${cell(plain(right))} |`);
  return [`| ${title} | |`, "| --- | --- |", ...lines];
}
