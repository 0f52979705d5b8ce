import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { estimateTokens, headOfBytes, padTo, utf8Length, widthOf } from "./measure.ts";

const anyText = fc.string({ unit: "binary", maxLength: 60 });

describe("bytes", () => {
  test("are those of UTF-8, lone halves of characters included", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(utf8Length(text)).toBe(Buffer.byteLength(text, "utf8"));
      }),
    );
    expect(utf8Length("\ud800x\udc00")).toBe(Buffer.byteLength("\ud800x\udc00", "utf8"));
  });

  test("of a beginning stay within the limit and split no character", () => {
    fc.assert(
      fc.property(anyText, fc.nat(80), (text, max) => {
        const head = headOfBytes(text, max);
        expect(text.startsWith(head)).toBe(true);
        expect(utf8Length(head)).toBeLessThanOrEqual(max);
        const next = text.codePointAt(head.length);
        if (next !== undefined) expect(utf8Length(head + String.fromCodePoint(next))).toBeGreaterThan(max);
      }),
    );
  });
});

describe("tokens", () => {
  // Counted by hand, a word or a piece of one each: a floor for the estimate, not a measurement.
  test.each([
    ["Rewrite the token store so that expired entries are evicted.", 11],
    ["src/auth/token.test.ts", 6],
    ["const store = new Map<string, Token>();", 9],
    ["rec-01J9ZK3T5N4Q claude:7f3a9b2c", 18],
    ["重写令牌存储，删除旧的会话代码", 14],
    ["😀😀", 4],
  ])("of %j are not underestimated", (text, counted) => {
    expect(estimateTokens(text)).toBeGreaterThanOrEqual(counted);
    expect(estimateTokens(text)).toBeLessThanOrEqual(counted * 2.5);
  });

  test("never fall when text is added", () => {
    fc.assert(fc.property(anyText, anyText, (a, b) => estimateTokens(a + b) >= estimateTokens(a)));
  });

  test("are at least a third of the bytes of ASCII", () => {
    fc.assert(fc.property(fc.string({ maxLength: 200 }), (text) => estimateTokens(text) * 3.2 >= text.length));
  });
});

test("columns count wide characters twice", () => {
  expect(widthOf("ab漢字😀")).toBe(8);
  expect(padTo("漢", 4)).toBe("漢  ");
  expect(padTo("long", 2)).toBe("long");
});
