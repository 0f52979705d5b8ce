import { lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { RanTest } from "../../evidence/new-tests/compare.ts";
import { assertsAnew, declaredTests, isNamed, isReadable, type SourceFile } from "../../evidence/new-tests/declared.ts";
import { readFromCommit } from "../../workspace/git.ts";
import type { AttemptDiff, ChangedFile } from "../attempts/attempt-diff.ts";
import type { Ground } from "../attempts/attempt-ground.ts";

export interface OwnTestsOf {
  readonly ground: Ground;
  readonly diff: AttemptDiff;
  /** The commit that the work began on. */
  readonly commit?: string;
  /** Nothing but the files says what is new. */
  readonly isByFiles: boolean;
  /** Whether an earlier attempt at the task was seen to add a test: its files may be nobody's by now. */
  readonly isKnown: (name: string) => boolean;
}

export interface OwnTests {
  readonly tests: readonly RanTest[];
  readonly isByText: boolean;
  /** Why others were not taken, in a few words. */
  readonly why?: string;
}

/** So many files are read, and none that is larger. */
const MOST_FILES = 100;
const MOST_BYTES = 1024 * 1024;

type Verdict = "own" | "own-by-text" | "asserts-nothing" | "not-own" | "not-new";

const WHYS: Readonly<Partial<Record<Verdict, string>>> = {
  "asserts-nothing": "asserting nothing",
  "not-own": "not of this attempt's own files",
};

/** Which of some tests are an attempt's own, and assert something. */
export function judgeOwnTests(tests: readonly RanTest[], of: OwnTestsOf): OwnTests {
  if (tests.length === 0) return { tests: [], isByText: false };
  const judge = judgeBy(of);
  const judged = tests.map((test) => ({ test, verdict: judge(test) }));
  const taken = judged.filter(({ verdict }) => verdict === "own" || verdict === "own-by-text");
  const whys = Object.entries(WHYS).flatMap(([verdict, what]) => {
    const count = judged.filter((one) => one.verdict === verdict).length;
    return count === 0 || of.isByFiles ? [] : [`${count} ${what}`];
  });
  const silent = of.isByFiles && judged.some(({ verdict }) => verdict === "asserts-nothing");
  const why = silent ? "what its files add asserts nothing" : whys.join(", ");
  return {
    tests: taken.map(({ test }) => test),
    isByText: taken.some(({ verdict }) => verdict === "own-by-text"),
    ...(why === "" ? {} : { why }),
  };
}

function judgeBy({ ground, diff, commit, isByFiles, isKnown }: OwnTestsOf): (test: RanTest) => Verdict {
  const own = inGround(diff.files, ground);
  const ownPaths = new Set(own.map(({ path }) => path));
  // Where nobody else changed anything, what is new is this attempt's wherever it stands.
  const isAlone = diff.others.length === 0 && diff.unattributed.length === 0;
  const readable = own.filter(({ path }) => isReadable(path)).slice(0, MOST_FILES);
  const before =
    commit === undefined
      ? []
      : readable.flatMap(({ path }) => fileAt(path, readFromCommit(ground.top, commit, path, MOST_BYTES)));
  const known = new Set(before.map(({ path }) => path));
  const now = readable
    .filter(({ path, how }) => how === "added" || (how === "changed" && known.has(path)))
    .flatMap(({ path }) => fileAt(path, readNow(join(ground.top, path))));
  const declared = declaredTests(before, now).filter(({ isAdded }) => isAdded);
  return ({ name, file, assertions }) => {
    const found = declared.filter((one) => (file === undefined || one.path === file) && isNamed(name, one.name));
    if (found.length === 0 && assertions !== 0 && isKnown(name)) return "own-by-text";
    if (found.length === 0 && isByFiles) return "not-new";
    if (file !== undefined ? !ownPaths.has(file) : found.length === 0 && !isAlone) return "not-own";
    if (assertions !== undefined) return assertions > 0 ? "own" : "asserts-nothing";
    const places = file === undefined ? now.map(({ path }) => path) : [file];
    const asserts =
      found.length > 0 ? found.some((one) => one.asserts) : places.some((path) => assertsAnew(before, now, path));
    return asserts ? "own-by-text" : "asserts-nothing";
  };
}

const inGround = (files: readonly ChangedFile[], { path: folder }: Ground): readonly ChangedFile[] =>
  folder === "."
    ? files
    : files.flatMap((file) =>
        file.path.startsWith(`${folder}/`) ? [{ ...file, path: file.path.slice(folder.length + 1) }] : [],
      );

const fileAt = (path: string, text: string | undefined): readonly SourceFile[] =>
  text === undefined ? [] : [{ path, text }];

function readNow(file: string): string | undefined {
  try {
    const stats = lstatSync(file);
    return stats.isFile() && stats.size <= MOST_BYTES ? readFileSync(file, "utf8") : undefined;
  } catch {
    return undefined;
  }
}
