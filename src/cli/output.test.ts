import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createOutput, hasColor, toJson } from "./output.ts";
import { bold, inline, pad, plain, red, render } from "./text.ts";

interface Terminal {
  readonly tty?: boolean;
  readonly isJson?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

function capture({ tty = false, isJson = false, env = {} }: Terminal = {}) {
  const written = { out: "", err: "" };
  const sink = (name: "out" | "err") => ({
    isTTY: tty,
    columns: 40,
    write: (data: string | Uint8Array) => (written[name] += String(data)),
  });
  const out = createOutput({ stdout: sink("out"), stderr: sink("err"), env, isJson, noColor: false });
  return { out, written };
}

const HOSTILE = "a\u001b[31mred\u001b]0;title\u0007\u009b2J\u202egnp.exe\u200b\u2066\u007f\r\nb\tc";

// oxlint-disable-next-line no-control-regex -- these are what must not be there
const ACTIVE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/;

describe("hostile text", () => {
  test("is printed without anything that acts on a terminal", () => {
    const { out, written } = capture({ tty: true, env: { TERM: "dumb" } });
    out.print(HOSTILE);
    out.printLines([HOSTILE], { more: "" });
    out.warn(HOSTILE);
    expect(written.out + written.err).not.toMatch(ACTIVE);
    expect(written.out).toContain("red");
  });

  test("cannot pretend to be one of our styles", () => {
    expect(render([bold("x"), "\u001b[1mfake\u001b[22m"], true)).toBe("\u001b[1mx\u001b[22mfake");
  });

  test("in one line stays in one line", () => {
    expect(inline("a\nb\u2028c\r\n  d")).toBe("a b c d");
  });

  test("in JSON is escaped", () => {
    const json = toJson(HOSTILE);
    expect(json).not.toMatch(ACTIVE);
    expect(JSON.parse(json)).toBe(HOSTILE);
  });

  test("in JSON comes back the same, whatever it is", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string({ unit: "binary" }), (value, text) => {
        const json = toJson({ value, text });
        expect(json).not.toMatch(ACTIVE);
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify({ value, text })));
      }),
    );
  });
});

describe("colour", () => {
  const tty = { isTTY: true, write: () => true };
  const pipe = { isTTY: false, write: () => true };
  test.each([
    ["a terminal", tty, {}, false, true],
    ["a pipe", pipe, {}, false, false],
    ["NO_COLOR", tty, { NO_COLOR: "1" }, false, false],
    ["an empty NO_COLOR", tty, { NO_COLOR: "" }, false, true],
    ["FORCE_COLOR on a pipe", pipe, { FORCE_COLOR: "1" }, false, true],
    ["FORCE_COLOR=0", tty, { FORCE_COLOR: "0" }, false, false],
    ["FORCE_COLOR against NO_COLOR", pipe, { FORCE_COLOR: "", NO_COLOR: "1" }, false, true],
    ["a dumb terminal", tty, { TERM: "dumb" }, false, false],
    ["--no-color against FORCE_COLOR", tty, { FORCE_COLOR: "1" }, true, false],
  ])("%s", (_name, sink, env, noColor, expected) => {
    expect(hasColor(sink, env, noColor)).toBe(expected);
  });

  test("styles nest, and vanish where there is no colour", () => {
    const text = ["a ", red(["b ", bold("c")])];
    expect(render(text, false)).toBe("a b c");
    expect(render(text, true)).toContain("\u001b[1mc");
    expect(plain(text)).toBe("a b c");
  });

  test("padding counts what is seen", () => {
    expect(plain(pad(bold("ab"), 4))).toBe("ab  ");
    expect(plain(pad("abcdef", 4))).toBe("abcdef");
  });
});

describe("progress", () => {
  test("shows on a terminal's stderr, one line that the next output takes away", () => {
    const { out, written } = capture({ tty: true, env: { NO_COLOR: "1" } });
    out.progress(`reading ${"x".repeat(100)}`);
    expect(written.err).toHaveLength(39);
    out.print("done");
    expect(written.err.endsWith("\r\u001b[2K")).toBe(true);
    expect(written.out).toBe("done\n");
  });

  test("may have several lines, which are taken away together", () => {
    const { out, written } = capture({ tty: true, env: { NO_COLOR: "1" } });
    out.progress("one", "two\nlines", "three");
    expect(written.err).toBe("one\ntwo lines\nthree");
    out.progress();
    expect(written.err.slice("one\ntwo lines\nthree".length)).toBe("\r\u001b[2K\u001b[1A\u001b[2K\u001b[1A\u001b[2K");
  });

  test.each([{ tty: false }, { tty: true, isJson: true }])("stays silent for programs: %j", (how) => {
    const { out, written } = capture(how);
    out.progress("reading");
    out.progress();
    expect(written).toEqual({ out: "", err: "" });
  });
});

test("a warning is text, or under --json an object", () => {
  const text = capture();
  text.out.warn("look out");
  expect(text.written).toEqual({ out: "", err: "warning: look out\n" });
  const json = capture({ isJson: true });
  json.out.warn(bold("look out"));
  expect(JSON.parse(json.written.err)).toEqual({ warning: "look out" });
});
