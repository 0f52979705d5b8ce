import { describe, expect, test } from "vitest";
import { XmlReader } from "./xml.ts";

function read(
  text: string,
  size = text.length || 1,
): { readonly seen: readonly string[]; readonly problem: string | undefined } {
  const seen: string[] = [];
  const reader = new XmlReader({
    open: (name, attributes) => seen.push(`<${name} ${attributes.get("a") ?? ""}`.trimEnd()),
    close: (name) => seen.push(`>${name}`),
  });
  for (let at = 0; at < text.length; at += size) reader.write(text.slice(at, at + size));
  reader.end();
  return { seen, problem: reader.problem };
}

const DOCUMENT = `\ufeff<?xml version="1.0"?>
<!-- > <not a="tag"> -->
<r a="1 &lt; 2 &#x41;&#66;&amp;lt;">
  text > here <b a='it "is"'/><c
  a="x > y"
  ></c><![CDATA[ <d a="no"> ]] ]]>
</r>
<!-- after -->
`;

describe("XML", () => {
  test.each([1, 2, 3, 7, 10_000])("is read alike in pieces of %i characters", (size) => {
    expect(read(DOCUMENT, size)).toEqual({
      seen: ["<r 1 < 2 AB&lt;", '<b it "is"', ">b", "<c x > y", ">c", ">r"],
      problem: undefined,
    });
  });

  test.each([
    ["", "it is empty"],
    ["  ", "it is empty"],
    ["hello", "there is text outside of its elements"],
    ["<a>", "it is cut short"],
    ["<a", "it is cut short"],
    ["<a><b></a>", "its element a ends where it did not begin"],
    ["</a>", "its element a ends where it did not begin"],
    ["<a/><b/>", "something follows its end"],
    ["<a/>12 passed", "there is text outside of its elements"],
    ["<a/><![CDATA[x]]>", "there is text outside of its elements"],
    ['<a b="1" b="2"/>', "a tag in it is malformed"],
    ["<a b=1/>", "a tag in it is malformed"],
    ['<a b="1"c="2"/>', "a tag in it is malformed"],
    ["<1/>", "a tag in it is malformed"],
    ['<a b="<"/>', "a tag in it is malformed"],
    ["<a><!-- x</a>", "it is cut short"],
    ['<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "it declares a document type, which no report needs"],
    ["<a>".repeat(300), "its elements stand in each other too deeply"],
  ])("%j is refused: %s", (text, problem) => {
    expect(read(text).problem).toBe(problem);
    expect(read(text, 1).problem).toBe(problem);
  });

  test("an entity that nobody knows stays what it is, and one beyond Unicode is no crash", () => {
    expect(read('<a a="&b;&#xffffff;&"/>').seen[0]).toBe("<a &b;\ufffd&");
  });

  test("a tag without end is not collected for ever", () => {
    const reader = new XmlReader({ open: () => {}, close: () => {} });
    for (let i = 0; i < 20; i++) reader.write(`<a b="${"x".repeat(1024 * 1024)}`);
    expect(reader.problem).toBe("a tag in it is too long");
  });
});
