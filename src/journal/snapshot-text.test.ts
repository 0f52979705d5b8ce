import { expect, test } from "vitest";
import { KnownTexts, renderFields } from "./snapshot-text.ts";

const items = [{ id: "T1", text: "a, b\n]" }, { id: "ü", list: [1, { deep: true }] }, {}, { id: "T4" }];

const write = (list: readonly object[], known: KnownTexts, toJson = (item: object): unknown => item): Buffer => {
  const pieces = renderFields({ slug: "x", none: undefined, aliases: [] }, { tasks: { items: list, toJson } }, known);
  return Buffer.concat([...pieces, Buffer.from("\n}")]);
};

const read = (bytes: Buffer): { readonly tasks: readonly object[]; readonly known: KnownTexts } => {
  const value = JSON.parse(bytes.toString()) as { readonly tasks: readonly object[] };
  const known = new KnownTexts();
  known.learn(value, bytes);
  return { tasks: value.tasks, known };
};

test("fields and lists make one JSON object, a list with a line an item", () => {
  const text = write(items, new KnownTexts()).toString();
  expect(JSON.parse(text)).toEqual({ slug: "x", aliases: [], tasks: items });
  expect(text.split("\n")).toHaveLength(3 + 1 + items.length + 2);
  expect(JSON.parse(write([], new KnownTexts()).toString())).toEqual({ slug: "x", aliases: [], tasks: [] });
});

test("items that were read and not changed are written as they were, the others are rendered", () => {
  const bytes = write(items, new KnownTexts());
  const { tasks, known } = read(bytes);
  const rendered: object[] = [];
  const render = (item: object): unknown => {
    rendered.push(item);
    return item;
  };
  const changed = [tasks[0]!, { ...tasks[1], id: "new" }, tasks[2]!, tasks[3]!, { id: "T5" }];
  const again = write(changed, known, render);
  expect(rendered).toEqual([changed[1], changed[4]]);
  expect(JSON.parse(again.toString())).toEqual({ slug: "x", aliases: [], tasks: changed });
  rendered.length = 0;
  expect(write(tasks, known, render).equals(bytes)).toBe(true);
  expect(rendered).toEqual([]);
});

test("items that have moved are rendered anew", () => {
  const { tasks, known } = read(write(items, new KnownTexts()));
  const moved = [tasks[3]!, tasks[0]!, tasks[2]!];
  expect(JSON.parse(write(moved, known).toString())).toEqual({ slug: "x", aliases: [], tasks: moved });
});
