import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { tempDir } from "./fixtures.ts";
import { loadKey } from "./key.ts";

test("a key is made once, for its owner only, and read back the same", () => {
  using dir = tempDir();
  const made = loadKey(dir.at("keys"));
  expect(made?.secret).toHaveLength(32);
  expect(loadKey(dir.at("keys"))).toEqual(made);
  expect(statSync(dir.at("keys", "journal.key")).mode & 0o777).toBe(0o600);
  expect(readdirSync(dir.at("keys"))).toEqual(["journal.key"]);
});

test("two keys have two names", () => {
  using dir = tempDir();
  expect(loadKey(dir.at("a"))?.name).not.toBe(loadKey(dir.at("b"))?.name);
});

test("a damaged key is no key, and is left as it is", () => {
  using dir = tempDir();
  mkdirSync(dir.at("keys"));
  writeFileSync(dir.at("keys", "journal.key"), "half");
  expect(loadKey(dir.at("keys"))).toBeUndefined();
  expect(readFileSync(dir.at("keys", "journal.key"), "utf8")).toBe("half");
});

test("where no folder can be made there is no key", () => {
  using dir = tempDir();
  writeFileSync(dir.at("file"), "");
  expect(loadKey(dir.at("file", "keys"))).toBeUndefined();
});
