import { expect, test } from "vitest";
import { encodePieces, learnTexts, renderFields, type KnownTexts } from "./snapshot-text.ts";

const items = [{ id: "T1", text: "a, b\n]" }, { id: "ü", list: [1, { deep: true }] }, {}];

const write = (list: readonly object[], known: KnownTexts, toJson = (item: object): unknown => item): Buffer => {
  const pieces = renderFields({ slug: "x", none: undefined, aliases: [] }, { tasks: { items: list, toJson } }, known);
  return encodePieces([...pieces, "\n}"], 0);
};

test("fields and lists make one JSON object, a list with a line an item", () => {
  const text = write(items, new WeakMap()).toString();
  expect(JSON.parse(text)).toEqual({ slug: "x", aliases: [], tasks: items });
  expect(text.split("\n")).toHaveLength(3 + 1 + items.length + 2);
  expect(JSON.parse(write([], new WeakMap()).toString())).toEqual({ slug: "x", aliases: [], tasks: [] });
});

test("an item that was read and not changed is written as it was, a new one is rendered", () => {
  const bytes = write(items, new WeakMap());
  const value = JSON.parse(bytes.toString()) as { readonly tasks: readonly object[] };
  const known: KnownTexts = new WeakMap();
  learnTexts(value, bytes, known);
  const rendered: object[] = [];
  const changed = [value.tasks[0]!, { ...value.tasks[1], id: "new" }, value.tasks[2]!];
  const again = write(changed, known, (item) => {
    rendered.push(item);
    return item;
  });
  expect(rendered).toEqual([changed[1]]);
  expect(JSON.parse(again.toString())).toEqual({ slug: "x", aliases: [], tasks: changed });
  const whole: object[] = [];
  const same = write(value.tasks, known, (item) => void whole.push(item));
  expect(whole).toEqual([]);
  expect(same.equals(bytes)).toBe(true);
});
