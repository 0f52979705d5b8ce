import * as fc from "fast-check";
import { expect, test } from "vitest";
import { applyEdits } from "./edited-text.ts";
import { clearMarkedLine, putMarkedLine, type MarkedLine } from "./marked-line.ts";

const line: MarkedLine = {
  begin: "<!-- holdfast -->",
  end: "<!-- /holdfast -->",
  lines: ["Long work goes through Holdfast: see its skill."],
};

const put = (text: string) => putMarkedLine(text, line);
const clear = (text: string) => clearMarkedLine(text, line).text;

test("in any text it is added once, at the end, and comes out again to the byte", () => {
  const text = fc
    .array(fc.constantFrom("# Title", "word", "\n", "\r\n", "<!-- x -->", " "))
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(text, (before) => {
      const edited = put(before);
      expect(edited.text.startsWith(before)).toBe(true);
      expect(put(edited.text).text).toBe(edited.text);
      expect(applyEdits(edited.text, edited.undo).text).toBe(before);
      expect(clear(edited.text).trimEnd()).toBe(before.trimEnd());
      expect(clear(before)).toBe(before);
    }),
  );
});

test("text around it that came later stays, and so does what somebody wrote between the markers", () => {
  const { text } = put("# Ours\n");
  const grown = text.replace(line.end, `a rule of theirs\n${line.end}`);
  expect(clear(`before\n${grown}\nafter\n`)).toBe("before\n# Ours\n\na rule of theirs\n\nafter\n");
});

test("the line of an earlier version is replaced where it stands", () => {
  const text = `a\n${line.begin}\nLong work goes through something older.\n${line.end}\nb\n`;
  expect(put(text).text).toBe(`a\n${line.begin}\n${line.lines[0]}\n${line.end}\nb\n`);
});

test("half of a pair of markers is nobody's block", () => {
  expect(clear(`${line.end}\nx\n${line.begin}\ny\n`)).toBe(`${line.end}\nx\n${line.begin}\ny\n`);
});
