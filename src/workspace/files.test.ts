import {
  chmodSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  createExclusive,
  makeFolder,
  readSmallFile,
  sweepTemporaries,
  writeFileAtomic,
  writeIfChanged,
} from "./files.ts";

let base: string;
let folder: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "holdfast-files-"));
  folder = join(base, "inside");
  mkdirSync(folder);
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const read = (path: string) => readFileSync(path, "utf8");
const reasonOf = (result: { ok: boolean; refusal?: { reason: string } }) => result.refusal?.reason;

describe("writing a file", () => {
  test.each([{}, { sync: true }])("puts the text in place and leaves nothing else (%j)", (options) => {
    const path = join(folder, "a.md");
    expect(writeFileAtomic(path, "one", options).ok).toBe(true);
    expect(writeFileAtomic(path, "zwö", options).ok).toBe(true);
    expect(read(path)).toBe("zwö");
    expect(readdirSync(folder)).toEqual(["a.md"]);
  });

  test("keeps the mode of the file that was there", () => {
    const path = join(folder, "a.md");
    writeFileSync(path, "one");
    chmodSync(path, 0o640);
    writeFileAtomic(path, "two");
    expect(statSync(path).mode & 0o777).toBe(0o640);
  });

  test("another name of the old file keeps the old text: no reader sees a half-written one", () => {
    const path = join(folder, "a.md");
    writeFileSync(path, "one");
    linkSync(path, join(folder, "b.md"));
    writeFileAtomic(path, "two");
    expect(read(join(folder, "b.md"))).toBe("one");
  });

  test("follows a link that stays inside and keeps it a link", () => {
    writeFileSync(join(folder, "real.md"), "one");
    symlinkSync("real.md", join(folder, "link.md"));
    expect(writeFileAtomic(join(folder, "link.md"), "two").ok).toBe(true);
    expect(read(join(folder, "real.md"))).toBe("two");
    expect(readdirSync(folder).sort()).toEqual(["link.md", "real.md"]);
  });

  test("refuses a link that leads out, to a file or to nothing, and changes neither", () => {
    writeFileSync(join(base, "victim"), "mine");
    symlinkSync(join(base, "victim"), join(folder, "out.md"));
    symlinkSync(join(base, "nowhere"), join(folder, "dangling.md"));
    expect(reasonOf(writeFileAtomic(join(folder, "out.md"), "x"))).toBe("leads-out");
    expect(reasonOf(writeIfChanged(join(folder, "out.md"), "x"))).toBe("leads-out");
    expect(reasonOf(writeFileAtomic(join(folder, "dangling.md"), "x"))).toBe("leads-out");
    expect(read(join(base, "victim"))).toBe("mine");
    expect(readdirSync(base).sort()).toEqual(["inside", "victim"]);
  });

  test("refuses a folder that is a link out of where the file must lie", () => {
    mkdirSync(join(base, "elsewhere"));
    symlinkSync(join(base, "elsewhere"), join(folder, "plan"));
    expect(reasonOf(writeFileAtomic(join(folder, "plan", "a.md"), "x", { within: folder }))).toBe("leads-out");
    expect(readdirSync(join(base, "elsewhere"))).toEqual([]);
  });

  test("refuses a neighbour whose name begins like the folder's", () => {
    mkdirSync(`${folder}-too`);
    writeFileSync(join(`${folder}-too`, "a"), "mine");
    symlinkSync(join(`${folder}-too`, "a"), join(folder, "a"));
    expect(reasonOf(writeFileAtomic(join(folder, "a"), "x"))).toBe("leads-out");
  });

  test("refuses a folder in the file's place, and a missing folder, with nothing left behind", () => {
    mkdirSync(join(folder, "a.md"));
    expect(reasonOf(writeFileAtomic(join(folder, "a.md"), "x"))).toBe("not-a-file");
    expect(reasonOf(writeFileAtomic(join(folder, "none", "a.md"), "x"))).toBe("cannot-write");
    expect(readdirSync(folder)).toEqual(["a.md"]);
  });
});

describe("writing what changed", () => {
  test("touches nothing where the file already says so", () => {
    const path = join(folder, "a.md");
    expect(writeIfChanged(path, "äöü")).toEqual({ ok: true, value: "written" });
    const before = statSync(path);
    expect(writeIfChanged(path, "äöü")).toEqual({ ok: true, value: "unchanged" });
    expect(statSync(path).ino).toBe(before.ino);
    expect(writeIfChanged(path, "äöu")).toEqual({ ok: true, value: "written" });
    expect(read(path)).toBe("äöu");
  });
});

describe("creating a file that must be new", () => {
  test("the first stands, the second is told", () => {
    const path = join(folder, "a.json");
    expect(createExclusive(path, "one")).toEqual({ ok: true, value: true });
    expect(createExclusive(path, "two")).toEqual({ ok: true, value: false });
    expect(read(path)).toBe("one");
    expect(readdirSync(folder)).toEqual(["a.json"]);
    expect(statSync(path).mode & 0o077).toBe(0);
  });
});

describe("sweeping", () => {
  test("removes old temporary files of ours and nothing else", () => {
    const old = ".holdfast-12-0abcdefgh.tmp";
    const others = ["a.md", ".holdfast-12-0abcdefgh.tmp~", "holdfast-12-0abcdefgh.tmp", ".holdfast-x-0.tmp"];
    for (const name of [old, ...others]) {
      writeFileSync(join(folder, name), "");
      utimesSync(join(folder, name), 1, 1);
    }
    mkdirSync(join(folder, ".holdfast-13-0abcdefgh.tmp"));
    symlinkSync("a.md", join(folder, ".holdfast-14-0abcdefgh.tmp"));
    for (const number of [13, 14]) lutimesSync(join(folder, `.holdfast-${number}-0abcdefgh.tmp`), 1, 1);
    writeFileSync(join(folder, ".holdfast-15-0abcdefgh.tmp"), "young");
    const now = statSync(join(folder, ".holdfast-15-0abcdefgh.tmp")).mtimeMs;
    const before = readdirSync(folder);
    expect(sweepTemporaries(folder, 60_000, now)).toBe(1);
    expect(readdirSync(folder)).toEqual(before.filter((name) => name !== old));
    expect(sweepTemporaries(join(folder, "none"), 0)).toBe(0);
  });

  test("does not follow the folder itself elsewhere", () => {
    writeFileSync(join(folder, ".holdfast-12-0abcdefgh.tmp"), "");
    symlinkSync(folder, join(base, "link"));
    expect(sweepTemporaries(join(base, "link"), -1e12)).toBe(0);
  });
});

describe("folders", () => {
  test("are made where missing, but not their root", () => {
    expect(makeFolder(folder, "a", "b")).toEqual({ ok: true, value: join(folder, "a", "b") });
    expect(makeFolder(folder, "a", "b").ok).toBe(true);
    expect(reasonOf(makeFolder(join(base, "none"), "a"))).toBe("cannot-write");
  });

  test("are refused where a link or a file stands in the way", () => {
    mkdirSync(join(base, "elsewhere"));
    symlinkSync(join(base, "elsewhere"), join(folder, "a"));
    writeFileSync(join(folder, "b"), "");
    expect(reasonOf(makeFolder(folder, "a", "c"))).toBe("not-a-folder");
    expect(reasonOf(makeFolder(folder, "b"))).toBe("not-a-folder");
    expect(readdirSync(join(base, "elsewhere"))).toEqual([]);
  });
});

describe("reading a small file", () => {
  test("gives nothing for what is missing, large or no file", () => {
    writeFileSync(join(folder, "a"), "12345");
    expect(readSmallFile(join(folder, "a"), 5)).toBe("12345");
    expect(readSmallFile(join(folder, "a"), 4)).toBeUndefined();
    expect(readSmallFile(join(folder, "none"))).toBeUndefined();
    expect(readSmallFile(folder)).toBeUndefined();
  });
});
