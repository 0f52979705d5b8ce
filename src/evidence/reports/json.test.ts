import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { JsonReader, type Kept } from "./json.ts";

interface Read {
  readonly root: unknown;
  readonly problem: string | undefined;
  readonly taken: readonly [string, Kept][];
}

function read(text: string, keys: readonly string[], { size = 1e6, takes = "" } = {}): Read {
  const taken: [string, Kept][] = [];
  const reader = new JsonReader({
    keys: new Set(keys),
    take: (path, value) => {
      if (path !== takes) return false;
      taken.push([path, value]);
      return true;
    },
  });
  for (let at = 0; at < text.length; at += size) reader.write(text.slice(at, at + size));
  reader.end();
  return { root: reader.root && structuredClone(reader.root), problem: reader.problem, taken };
}

describe("JSON", () => {
  test("is read like JSON.parse reads it, in pieces of any size", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom("a", "b", "c"), fc.jsonValue()),
        fc.nat(40),
        fc.boolean(),
        (value, size, isWide) => {
          const text = isWide ? JSON.stringify(value, undefined, 2) : JSON.stringify(value);
          const keys: string[] = [];
          JSON.parse(text, (key, one: unknown) => (keys.push(key), one));
          const { root, problem } = read(text, keys, { size: size + 1 });
          expect(problem).toBeUndefined();
          expect(JSON.stringify(root)).toBe(JSON.stringify(JSON.parse(text)));
        },
      ),
    );
  });

  test("is refused whenever JSON.parse refuses it", () => {
    const noise = fc.string({ unit: fc.constantFrom(...'{}[],:"\\ tfn1-.eu0a\n'.split("")), maxLength: 12 });
    fc.assert(
      fc.property(noise, (text) => {
        let isJson = true;
        try {
          JSON.parse(text);
        } catch {
          isJson = false;
        }
        expect(read(text, []).problem === undefined).toBe(isJson);
        expect(read(text, [], { size: 1 }).problem === undefined).toBe(isJson);
      }),
      { numRuns: 5_000 },
    );
  });

  test("keeps only what was asked for, and hands over the objects of lists as they end", () => {
    const text = '{"x": {"name": 1}, "list": [{"name": "a", "other": [1, {"name": 2}]}, {"name": "b"}], "name": true}';
    const { root, taken } = read(text, ["list", "name"], { takes: "list" });
    expect(root).toEqual({ list: [], name: true });
    expect(taken.map(([, { ...value }]) => value)).toEqual([{ name: "a" }, { name: "b" }]);
  });

  test.each([
    ['{"a": 1', "it is cut short"],
    ['{"a": "x', "it is cut short"],
    ['{"a": 1} {"a": 2}', "something follows its end"],
    ['{"a": 1, "a": 2}', "it says a twice"],
    ["[".repeat(300), "its values stand in each other too deeply"],
  ])("%s is refused: %s", (text, problem) => {
    expect(read(text, ["a"]).problem).toBe(problem);
  });

  test("a very long text is cut, and __proto__ is a key like any other", () => {
    const { root } = read(`{"__proto__": {"a": 1}, "b": "${"x".repeat(10_000)}"}`, ["__proto__", "a", "b"]);
    expect((root as { b: string }).b.length).toBeLessThan(5_000);
    expect(({} as { a?: number }).a).toBeUndefined();
  });
});
