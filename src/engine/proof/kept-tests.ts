import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { RanTest } from "../../evidence/new-tests/compare.ts";
import type { TestCase } from "../../evidence/reports/report.ts";
import { isObject } from "../../plan/shape.ts";
import { isInside } from "../../workspace/contained-path.ts";
import { makeFolder, readSmallFile, sweepFiles, writeFileAtomic } from "../../workspace/files.ts";

/** The tests of one run by name, as they are kept beside what it printed. */
export interface KeptTests {
  /** Of the content that it ran on, without what the check itself writes. */
  readonly tree: string;
  readonly tests: readonly RanTest[];
}

/** Where they are kept, from the plan's folder, and a digest of that file: another one is not believed. */
export interface TestsFile {
  readonly file: string;
  readonly digest: string;
}

const MOST_BYTES = 16 * 1024 * 1024;
const LONGEST_NAME = 500;
/** So many are kept, beside those that are still referred to; the oldest go first. */
const MOST_FILES = 100;

const NAME = /^[0-9A-Za-z-]{1,64}\.tests\.json$/;

/** Where the tests of a run are, by its log. */
export const testsBeside = (log: string): string => log.replace(/\.log$/, ".tests.json");

/** Keeps the tests of a run beside its log; undefined where there are too many, or nothing can be written. */
export function keepTests(
  folder: string,
  log: string,
  tests: KeptTests,
  inUse: ReadonlySet<string>,
): TestsFile | undefined {
  const file = testsBeside(log);
  const text = JSON.stringify({ version: 1, ...tests });
  if (text.length > MOST_BYTES || !makeFolder(folder, "evidence").ok) return undefined;
  if (!writeFileAtomic(join(folder, file), text, { mode: 0o600, within: folder }).ok) return undefined;
  sweep(join(folder, "evidence"), inUse);
  return { file, digest: digestOf(text) };
}

/** What was kept, if it still is what it was. */
export function readTests(folder: string, { file, digest }: TestsFile): KeptTests | undefined {
  const [first, name, ...more] = file.split("/");
  if (first !== "evidence" || name === undefined || more.length > 0 || !NAME.test(name)) return undefined;
  const text = readSmallFile(join(folder, "evidence", name), MOST_BYTES * 4);
  if (text === undefined || digestOf(text) !== digest) return undefined;
  const value: unknown = JSON.parse(text);
  return isObject(value) ? (value as unknown as KeptTests) : undefined;
}

const digestOf = (text: string): string => createHash("sha256").update(text).digest("hex");

function sweep(folder: string, inUse: ReadonlySet<string>): void {
  const kept = readdirSync(folder).filter((name) => NAME.test(name) && !inUse.has(`evidence/${name}`));
  if (kept.length <= MOST_FILES) return;
  const old = new Set(kept.sort().slice(0, -MOST_FILES));
  sweepFiles(folder, (name) => old.has(name));
}

/** Tests as they are kept: names of a bearable length that do not say where the checkout is, files from the root of the checkout where there are such. */
export function asRanTests(cases: readonly TestCase[], top: string, cwd: string): readonly RanTest[] {
  const known = new Map<string, string | undefined>();
  const fileOf = (given: string): string | undefined => {
    if (!known.has(given)) known.set(given, placeInCheckout(given, top, cwd));
    return known.get(given);
  };
  return cases.map(({ name: whole, file: given, outcome, assertions }) => {
    // Some runners say the file as the first of the names that a test stands in; it may move.
    const [first = "", ...rest] = whole.split(" > ");
    const named = rest.length > 0 && /\.\w+$/.test(first) ? fileOf(first) : undefined;
    const name = named === undefined ? whole : rest.join(" > ");
    const file = given === undefined ? named : fileOf(given);
    return {
      name: name.replaceAll(top, ".").slice(0, LONGEST_NAME),
      ...(file === undefined ? {} : { file }),
      outcome,
      ...(assertions === undefined ? {} : { assertions }),
    };
  });
}

/** Reports call all kinds of things a file: only what is one counts. */
function placeInCheckout(given: string, top: string, cwd: string): string | undefined {
  try {
    const plain = given.startsWith("file:") ? fileURLToPath(given) : given;
    const path = isAbsolute(plain) ? plain : resolve(cwd, plain);
    if (!isInside(top, path) || !existsSync(path)) return undefined;
    return relative(top, path).split(sep).join("/");
  } catch {
    return undefined;
  }
}
