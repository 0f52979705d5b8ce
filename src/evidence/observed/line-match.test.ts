import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { matchLine, placeOfRun, type RunForm } from "./line-match.ts";

const form = (...command: readonly string[]): RunForm => ({ command, isShell: false, env: {} });
const NPM_TEST = form("npm", "test");
const OWNED = { folders: [], isMute: false };

describe("a line that runs the check and nothing else", () => {
  test.each([
    "npm test",
    "  npm   test ;",
    "npm test\n",
    "npm test # all 12 pass",
    `'npm' "test"`,
    "npm test 2>&1",
    'bash -lc "npm test"',
    "/bin/sh -c 'npm test'",
    `bash -c "bash -lc 'npm test'"`,
  ])("%s", (line) => {
    expect(matchLine(line, NPM_TEST)).toEqual(OWNED);
  });

  test("says which folders it went into before", () => {
    const folders = ["sub", "a b", "/x"];
    expect(matchLine(`cd sub && cd 'a b' && cd "/x" && npm test`, NPM_TEST)).toEqual({ folders, isMute: false });
    expect(matchLine(`cd sub && bash -lc "cd /x && npm test"`, NPM_TEST)).toEqual({ ...OWNED, folders: ["sub", "/x"] });
  });

  test("says where nothing of its output is to be seen", () => {
    expect(matchLine("npm test > /dev/null 2>&1", NPM_TEST)).toEqual({ folders: [], isMute: true });
    expect(matchLine('bash -lc "npm test" &>/dev/null', NPM_TEST)).toEqual({ folders: [], isMute: true });
  });

  test("has the check's own variables, and all of them", () => {
    const withCi = { ...NPM_TEST, env: { CI: "1", NAME: "a b" } };
    expect(matchLine("NAME='a b' CI=1 npm test", withCi)).toEqual(OWNED);
    for (const line of ["npm test", "CI=1 npm test", "CI=2 NAME='a b' npm test", "CI=1 NAME='a b' MORE=1 npm test"]) {
      expect(matchLine(line, withCi)?.loose, line).toMatch("other variables");
    }
  });

  test("is, for a check that is a line itself, the same text", () => {
    const lint = { command: ["npm run lint && npm run types | tee $LOG"], isShell: true, env: {} };
    expect(matchLine("cd sub && npm run lint && npm run types | tee $LOG", lint)).toEqual({
      ...OWNED,
      folders: ["sub"],
    });
    expect(matchLine("npm run lint && npm run types | tee $OTHER", lint)).toBeUndefined();
    expect(matchLine("npm run lint && npm run types | tee $LOG || true", lint)).toBeUndefined();
  });
});

describe("a line whose exit is not the check's own", () => {
  test.each([
    "npm test || true",
    "npm test; echo ok",
    "npm test\necho passed",
    "npm test && echo done",
    "npm test | tee log",
    "set -o pipefail; npm test | tee log",
    "npm test |& cat",
    "npm test &",
    "npm test & wait",
    "(npm test)",
    "{ npm test; }",
    "! npm test",
    "if npm test; then echo fine; fi",
    "npm() { true; }; npm test",
    "alias npm=true\nnpm test",
    "trap 'exit 0' EXIT; npm test",
    "false || npm test",
    "FOO=1 npm test",
    "PATH=/tmp/fake npm test",
    "time npm test",
    "timeout 60 npm test",
    "env A=1 npm test",
    "npm test > out.txt",
    'npm test > "$LOG"',
    "npm test < answers",
    "npm test <<< yes",
    "npm test <<EOF\n12 passed\nEOF",
    String.raw`\npm test`,
    'npm "$X"test',
    "npm test $(touch x)",
    "npm test $(true)",
    "cd $DIR && npm test",
    "cd sub; npm test",
    "npm test &&",
    'bash -lc "npm test || true"',
    'bash -lc "npm test" &',
    'bash -lc "npm test; exit 0" > /dev/null',
  ])("%s", (line) => {
    const found = matchLine(line, NPM_TEST);
    if (found !== undefined) expect(found.loose).toBeTypeOf("string");
    if (!line.includes("$(")) expect(found).toBeDefined();
  });
});

describe("a line that only speaks of the check", () => {
  test.each([
    "echo '12 passed' # npm test",
    "echo npm test",
    "echo 3 passing",
    "grep -rn 'npm test' docs",
    "cat <<'EOF' > notes.md\nnpm test\nEOF",
    "bash <<'EOF'\nnpm test\nEOF",
    "# npm test",
    '"npm test"',
    "npm test -- --bail",
    "npm test -u",
    "npm run test",
    "npm testing",
    "npx npm test",
    "./npm test",
    'eval "npm test"',
    "bash -lc 'echo npm test'",
    'bash -lc "$LINE"',
    'git commit -m "npm test passes"',
    "npm\u00a0test",
    "npm test '",
    `${"true; ".repeat(1000)}npm test`,
  ])("%s", (line) => {
    expect(matchLine(line, NPM_TEST)).toBeUndefined();
  });

  test("or has a pattern where the check has a word", () => {
    const glob = form("vitest", "run", "src/*.test.ts");
    expect(matchLine("vitest run 'src/*.test.ts'", glob)).toEqual(OWNED);
    expect(matchLine("vitest run src/*.test.ts", glob)?.loose).toBeTypeOf("string");
  });
});

test("whatever is put around a check's line, only what changes nothing leaves its exit its own", () => {
  const harmless = fc.constantFrom("", " ", ";", "\n", " # x");
  const around = fc.constantFrom(
    "|| true",
    "; true",
    "| cat",
    "&",
    "; exit 0",
    "|| :",
    "& true",
    "\ntrue",
    ")",
    "| tee x",
  );
  fc.assert(
    fc.property(harmless, around, fc.string({ maxLength: 8 }), (end, more, noise) => {
      expect(matchLine(`npm test${end}`, NPM_TEST)).toEqual(OWNED);
      expect(matchLine(`npm test ${more}`, NPM_TEST)?.loose).toBeTypeOf("string");
      const found = matchLine(`npm test ${more}${noise}`, NPM_TEST);
      expect(found === undefined || found.loose !== undefined).toBe(true);
    }),
  );
});

describe("where a line ran", () => {
  const isFolder = (path: string): boolean => ["/p", "/p/sub", "/p/sub/sub", "/p/one"].includes(path);
  test.each([
    ["/p", [], "/p"],
    ["/p", ["sub", "sub"], "/p/sub/sub"],
    ["/p/sub", [".."], "/p"],
    ["/elsewhere", ["x", "/p", "sub"], "/p/sub"],
  ])("from %s into %j", (cwd, folders, expected) => {
    expect(placeOfRun({ cwd, isAfter: false }, folders, isFolder)).toBe(expected);
  });

  test.each([
    ["/p/sub", [], "/p/sub"],
    ["/elsewhere", ["x", "/p", "sub"], "/p/sub"],
    ["/p/one", ["one"], "/p/one"],
    // The host took its shell back.
    ["/p", ["sub"], "/p/sub"],
    // It ran here or one further down.
    ["/p/sub", ["sub"], undefined],
    ["/p", ["gone"], undefined],
    ["/p", ["..", "p"], undefined],
  ])("that left the shell in %s, having gone into %j", (cwd, folders, expected) => {
    expect(placeOfRun({ cwd, isAfter: true }, folders, isFolder)).toBe(expected);
  });
});
