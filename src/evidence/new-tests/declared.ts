/** What files of tests say, read by patterns: a weaker rule, for what no report tells. */

/** A test as its file declares it. */
export interface Declared {
  readonly name: string;
  readonly path: string;
  /** It stands on a line that was not there before. */
  readonly isAdded: boolean;
  /** Something is asserted between it and the next. */
  readonly asserts: boolean;
}

export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

interface Language {
  readonly endings: RegExp;
  readonly comments: "slashes" | "hashes";
  /** Each has the name in a group `name`. */
  readonly tests: readonly RegExp[];
  readonly asserts: RegExp;
}

const LANGUAGES: readonly Language[] = [
  {
    endings: /\.[cm]?[jt]sx?$/,
    comments: "slashes",
    tests: [/(?<![\w$])(?:it|test|specify)(?:\.\w+)*\s*\(\s*(?<q>["'`])(?<name>(?:\\.|(?!\k<q>)[^\\])*)\k<q>/g],
    asserts:
      /\b(?:assert|expect)\w*(?:\.\w+)*\s*\(|\.should\b|\bt\.(?:is|not|true|false|throws|like|same|plan|snapshot)\w*\s*\(|\b(?:ok|equal|strictEqual|deepEqual|deepStrictEqual|notEqual|notStrictEqual|throws|rejects|match)\s*\(/,
  },
  {
    endings: /\.py$/,
    comments: "hashes",
    tests: [/^[ \t]*(?:async[ \t]+)?def[ \t]+(?<name>test\w*)/gm],
    asserts: /^\s*assert\b|\bassert\w*\s*\(|\.raises\s*\(|\bfail\s*\(/m,
  },
  {
    endings: /\.go$/,
    comments: "slashes",
    tests: [/^func\s+(?<name>(?:Test|Fuzz|Example)\w*)\s*\(/gm, /\bt\.Run\(\s*"(?<name>[^"\n]*)"/g],
    asserts: /\b[tb]\.(?:Error|Errorf|Fatal|Fatalf|Fail|FailNow)\s*\(|\b(?:assert|require|is|qt)\.\w+\s*\(/,
  },
  {
    endings: /\.rs$/,
    comments: "slashes",
    tests: [/#\[[^\]]*\b(?:test|rstest)\b[^\]]*\]\s*(?:#\[[^\]]*\]\s*)*(?:pub\s+)?(?:async\s+)?fn\s+(?<name>\w+)/g],
    asserts: /\b\w*assert\w*!|\bpanic!|\bshould_panic\b/,
  },
  {
    endings: /\.(?:java|kts?|scala|cs|fs|groovy)$/,
    comments: "slashes",
    tests: [
      /(?:@\w*(?:Test|Property)\b|\[(?:Fact|Theory|Test\w*)\b)[\s\S]{0,300}?\b(?:void|fun|def|Task)\s+`?(?<name>[^\s(`]+)`?\s*\(/g,
    ],
    asserts: /\b[Aa]ssert\w*(?:\.\w+)*\s*[({<]|\b(?:verify|fail|expect)\w*\s*[({]|\b[sS]hould\w*\b/,
  },
  {
    endings: /\.(?:rb|exs?)$/,
    comments: "hashes",
    tests: [/\b(?:it|specify|test)\s*\(?\s*(?<q>["'])(?<name>(?:(?!\k<q>).)*)\k<q>/g, /\bdef\s+(?<name>test_\w+)/g],
    asserts: /\b(?:assert|refute|expect|flunk)\w*\b|\.(?:should|must_\w+|wont_\w+)\b/,
  },
  {
    endings: /\.php$/,
    comments: "slashes",
    tests: [/\bfunction\s+(?<name>\w+)\s*\(/g, /\b(?:it|test)\s*\(\s*(?<q>["'])(?<name>(?:(?!\k<q>).)*)\k<q>/g],
    asserts: /\bassert\w*\s*\(|\bexpect\w*\s*\(|\bfail\s*\(/,
  },
  {
    endings: /\.(?:c|cc|cpp|cxx|h|hpp|mm?|swift)$/,
    comments: "slashes",
    tests: [
      /\bTEST\w*\s*\(\s*\w+\s*,\s*(?<name>\w+)/g,
      /\b(?:TEST_CASE|SCENARIO)\s*\(\s*"(?<name>[^"\n]*)"/g,
      /\bfunc\s+(?<name>test\w*)\s*\(/g,
    ],
    asserts: /\b(?:XCT)?(?:ASSERT|EXPECT|CHECK|REQUIRE|Assert)\w*\s*\(|\bassert\w*\s*\(|#expect\b/,
  },
];

const languageOf = (path: string): Language | undefined => LANGUAGES.find(({ endings }) => endings.test(path));

/** Whether tests of such a file can be found in its text. */
export const isReadable = (path: string): boolean => languageOf(path) !== undefined;

/**
 * The tests that some files declare, and whether the lines are new. `before` are the same files as they were, the ones
 * that are gone too: a line that only moved is not added.
 */
export function declaredTests(before: readonly SourceFile[], now: readonly SourceFile[]): readonly Declared[] {
  const isAdded = addedLines(before, now);
  return now.flatMap((file): readonly Declared[] => {
    const language = languageOf(file.path);
    if (language === undefined) return [];
    const { code, bare } = withoutComments(file.text, language.comments);
    const found = language.tests
      .flatMap((pattern) => [...code.matchAll(pattern)])
      .map((match) => ({ at: match.index, end: match.index + match[0].length, name: match.groups?.["name"] ?? "" }))
      .sort((a, b) => a.at - b.at);
    return found.map(({ at, end, name }, index) => ({
      name,
      path: file.path,
      isAdded: linesBetween(code, at, end).some((line) => isAdded(file.path, line)),
      asserts: language.asserts.test(bare.slice(at, found[index + 1]?.at)),
    }));
  });
}

/** Whether the lines that are new in a file assert anything. */
export function assertsAnew(before: readonly SourceFile[], now: readonly SourceFile[], path: string): boolean {
  const language = languageOf(path);
  const file = now.find((one) => one.path === path);
  if (language === undefined || file === undefined) return false;
  const isAdded = addedLines(before, now);
  const lines = withoutComments(file.text, language.comments).bare.split("\n");
  return lines.some((line, index) => isAdded(path, index) && language.asserts.test(line));
}

/** Whether a report means this test: its names stand before, what it was called with behind. */
export function isNamed(reported: string, declared: string): boolean {
  if (declared.trim() === "") return false;
  const plain = reported.replace(/(?:\[[^\]]*\]|\([^)]*\))$/, "");
  return [reported, plain].some((name) => {
    if (!name.endsWith(declared)) return false;
    const before = name[name.length - declared.length - 1];
    return before === undefined || /[\s.:>/#›]/.test(before);
  });
}

function addedLines(
  before: readonly SourceFile[],
  now: readonly SourceFile[],
): (path: string, line: number) => boolean {
  const old = new Map<string, number>();
  for (const line of before.flatMap(({ text }) => text.split("\n"))) {
    const key = line.trim();
    old.set(key, (old.get(key) ?? 0) + 1);
  }
  const added = new Map<string, ReadonlySet<number>>();
  for (const { path, text } of now) {
    const lines = new Set<number>();
    for (const [index, line] of text.split("\n").entries()) {
      const left = old.get(line.trim()) ?? 0;
      if (left > 0) old.set(line.trim(), left - 1);
      else lines.add(index);
    }
    added.set(path, lines);
  }
  return (path, line) => added.get(path)?.has(line) === true;
}

function linesBetween(text: string, from: number, to: number): readonly number[] {
  const first = text.slice(0, from).split("\n").length - 1;
  const count = text.slice(from, to).split("\n").length;
  return Array.from({ length: count }, (_, index) => first + index);
}

/** The text without comments, and without what strings say too; both as long as it was, line by line. */
function withoutComments(
  text: string,
  comments: Language["comments"],
): { readonly code: string; readonly bare: string } {
  const marks =
    comments === "slashes"
      ? /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?|`(?:\\[\s\S]|[^`\\])*`?/g
      : /#[^\n]*|"""[\s\S]*?(?:"""|$)|'''[\s\S]*?(?:'''|$)|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?/g;
  const blank = (part: string): string => part.replace(/[^\n]/g, " ");
  const isComment = (part: string): boolean => /^(?:\/[/*]|#|"""|''')/.test(part);
  return {
    code: text.replace(marks, (part) => (isComment(part) ? blank(part) : part)),
    bare: text.replace(marks, blank),
  };
}
