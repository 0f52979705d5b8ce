import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { idKey, slugify, validateId, validateSlug } from "./names.ts";

describe("slugify", () => {
  it.each([
    ["Custom Slug Value", "custom-slug-value"],
    ["  Fix: the API (v2)!  ", "fix-the-api-v2"],
    ["Überprüfung der Straße", "uberprufung-der-strasse"],
    ["ﬁne ① Ｗide", "fine-1-wide"],
    ["don’t stop — “now”", "don-t-stop-now"],
    ["CON", "plan-con"],
  ])("makes %j into %s", (title, slug) => {
    expect(slugify(title)).toBe(slug);
  });

  it("gives titles without ASCII letters a slug of their own, the same every time", () => {
    expect(slugify("修复登录")).toMatch(/^plan-[0-9a-f]{8}$/);
    expect(slugify("修复登录")).toBe(slugify("  修复登录 "));
    expect(slugify("修复登录")).not.toBe(slugify("测试登录"));
    expect(slugify("!!!")).not.toBe(slugify("???"));
    expect(slugify("é".normalize("NFD") + "中")).toBe(slugify("é".normalize("NFC") + "中"));
  });

  it("keeps titles apart that differ only in letters without an ASCII form", () => {
    expect(slugify("修复 billing")).toMatch(/^billing-[0-9a-f]{8}$/);
    expect(slugify("修复 billing")).not.toBe(slugify("测试 billing"));
  });

  it("cuts a long title at a word", () => {
    expect(slugify("word ".repeat(40))).toBe("word-".repeat(12).slice(0, -1));
    expect(slugify("x".repeat(200))).toBe("x".repeat(60));
    expect(slugify(`${"长".repeat(80)} ${"y".repeat(80)}`)).toHaveLength(60);
  });

  it("gives a valid slug for anything, and leaves a valid slug alone", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (title) => {
        const slug = slugify(title);
        expect(validateSlug(slug)).toEqual({ ok: true, value: slug });
        expect(slugify(slug)).toBe(slug);
      }),
    );
  });
});

describe("validateSlug", () => {
  it.each(["", "A", "a--b", "-a", "a-", "a_b", "a.b", "../..", "a/b", "a\0", "a\n", "con", "lpt1", "x".repeat(61)])(
    "refuses %j and proposes a slug",
    (slug) => {
      const result = validateSlug(slug);
      expect(result.ok).toBe(false);
      if (!result.ok)
        expect(result.refusal).toMatchObject({ reason: "bad-slug", hint: expect.stringContaining("for example") });
    },
  );
});

describe("validateId", () => {
  it.each(["T1", "research-apis", "IMPL-1.2", "a_b", "1", "x".repeat(64)])("takes %j as it is", (id) => {
    expect(validateId(id)).toEqual({ ok: true, value: id });
  });

  it.each([
    "",
    ".",
    "..",
    "a..b",
    "a.",
    "-a",
    ".a",
    "_a",
    "a b",
    "a/b",
    "a\\b",
    "a\0",
    "a\n",
    "T1\n",
    "CON",
    "con.txt",
    "Lpt1",
    "é",
    "x".repeat(65),
  ])("refuses %j", (id) => {
    expect(validateId(id).ok).toBe(false);
  });

  it("takes ids that differ only in case for one", () => {
    expect(idKey("IMPL-1")).toBe(idKey("impl-1"));
  });
});
