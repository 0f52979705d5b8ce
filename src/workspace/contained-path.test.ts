import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { containedPath, isDeviceName, isInside, portablePath } from "./contained-path.ts";
import { refusalOf, tempDir, valueOf } from "./git-fixture.ts";

describe("containedPath", () => {
  it("gives the absolute path of what is in the folder, whether or not it exists", () => {
    const root = tempDir();
    expect(valueOf(containedPath(root, "a/b.txt"))).toBe(join(root, "a", "b.txt"));
    expect(valueOf(containedPath(root, "./a//b.txt"))).toBe(join(root, "a", "b.txt"));
    expect(valueOf(containedPath(root, "a..b/..c"))).toBe(join(root, "a..b", "..c"));
  });

  it.each([
    "",
    "/etc/passwd",
    "C:\\Windows",
    "C:x",
    "\\\\server\\share",
    "..",
    "../x",
    "a/../../x",
    "a/../b",
    "a\\..\\..\\x",
    "a\0b",
    "a\nb",
    "a:stream",
    "con",
    "a/NUL.txt",
    "com1.log",
    "LPT9",
    "lpt¹",
    "a./b",
    "a /b",
  ])("refuses %j", (path) => {
    expect(refusalOf(containedPath(tempDir(), path)).reason).toBe("path-escapes");
  });

  it("refuses links that lead out, dangle or loop, and follows those that stay in", () => {
    const outside = tempDir();
    const root = tempDir();
    mkdirSync(join(root, "inner"));
    symlinkSync(outside, join(root, "out"));
    symlinkSync(join(outside, "nothing"), join(root, "dangling"));
    symlinkSync("loop", join(root, "loop"));
    symlinkSync("inner", join(root, "in"));
    for (const path of ["out", "out/x", "out/x/y", "dangling", "dangling/x", "loop/x"])
      expect(refusalOf(containedPath(root, path)).reason, path).toBe("path-escapes");
    expect(valueOf(containedPath(root, "in/x"))).toBe(join(root, "in", "x"));
  });

  it("is not fooled by a root that is itself reached through a link", () => {
    const base = tempDir();
    mkdirSync(join(base, "real"));
    symlinkSync("real", join(base, "link"));
    expect(valueOf(containedPath(join(base, "link"), "x"))).toBe(join(base, "real", "x"));
  });

  it("refuses a folder that is not there, and takes a file on the way as it is", () => {
    const root = tempDir();
    writeFileSync(join(root, "file"), "");
    expect(refusalOf(containedPath(join(root, "gone"), "x")).reason).toBe("no-folder");
    expect(containedPath(root, "file").ok).toBe(true);
  });
});

describe("names and places", () => {
  it("knows devices by their stem", () => {
    expect(["CON", "aux.tar.gz", "com9", "nul "].every(isDeviceName)).toBe(true);
    expect(["console", "com", "com10", "lpt", "null"].some(isDeviceName)).toBe(false);
  });

  it("compares whole names", () => {
    expect(isInside("/a/b", "/a/b")).toBe(true);
    expect(isInside("/a/b", "/a/b/..c")).toBe(true);
    expect(isInside("/a/b", "/a/bc")).toBe(false);
    expect(isInside("/a/b", "/a")).toBe(false);
    expect(portablePath("/a/b", "/a/b")).toBe(".");
    expect(portablePath("/a/b", "/a/b.worktrees/x")).toBe("../b.worktrees/x");
  });
});
