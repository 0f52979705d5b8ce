import { expect, test } from "vitest";
import { globalOptions } from "./global-options.ts";
import { parseCommand } from "./parse.ts";
import { groups } from "./table.ts";

const loaded = await Promise.all(groups.map(async ({ name, load }) => ({ name, commands: (await load()).commands })));
const specs = loaded.flatMap(({ name, commands }) =>
  commands.map(({ spec, load }) => ({ name: spec.path.join(" "), group: name, spec, load })),
);

test("no two commands have one name, nor two groups", () => {
  const names = specs.map(({ name }) => name);
  expect(names).toEqual([...new Set(names)]);
  expect(groups.map(({ name }) => name)).toEqual([...new Set(groups.map(({ name }) => name))]);
});

test("every group has a command", () => {
  expect(loaded.filter(({ commands }) => commands.length === 0)).toEqual([]);
});

test.each(groups.filter(({ hidden }) => hidden !== true))("the summary of $name is one plain line", ({ summary }) => {
  expect(summary).toMatch(/^[A-Z][^\n]*[^.\n]$/);
});

test.each(specs)("$name is well formed", ({ group, spec }) => {
  expect(spec.path[0]).toBe(group);
  expect(spec.summary).toMatch(/^[A-Z][^\n]*[^.\n]$/);
  const options = Object.entries(spec.options ?? {});
  for (const [name, option] of options) {
    expect(name).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
    expect(Object.keys(globalOptions)).not.toContain(name);
    expect(option.short ?? "x").toMatch(/^[a-zA-Z]$/);
    expect(option.short).not.toBe("h");
    expect(option.summary).not.toMatch(/\.$/);
  }
  const args = spec.args ?? [];
  expect(args.slice(0, -1).some(({ many }) => many === true)).toBe(false);
  const firstOptional = args.findIndex(({ optional }) => optional === true);
  if (firstOptional >= 0) expect(args.slice(firstOptional).every(({ optional }) => optional === true)).toBe(true);
});

test.each(specs.flatMap(({ spec, name }) => spec.examples.map((example) => ({ name, spec, ...example }))))(
  "the example `$run` of $name is one that its own parser takes",
  ({ name, spec, run, does }) => {
    expect(does).not.toMatch(/\.$/);
    const words = shellWords(run);
    const start = words.indexOf("holdfast");
    expect(words.slice(start + 1, start + 1 + spec.path.length).join(" ")).toBe(name);
    const parsed = parseCommand(spec, words.slice(start + 1 + spec.path.length));
    expect(parsed.ok ? undefined : parsed.refusal).toBeUndefined();
  },
);

test.each(specs.filter(({ spec }) => spec.hidden !== true))("$name has an example", ({ spec }) => {
  expect(spec.examples.length).toBeGreaterThan(0);
});

test.each(specs)("what $name runs can be loaded", async ({ load }) => {
  expect(await load()).toBeTypeOf("function");
});

/** The words of an example as a shell would see them: quotes joined, redirections and pipes left out. */
function shellWords(line: string): string[] {
  const own = line.split(/\s(?:>>?|<<?|\|)\s/)[line.includes("| holdfast") ? 1 : 0] ?? "";
  return [...own.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)].map(([word]) => word.replaceAll(/["']/g, ""));
}
