import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { detectRunner, detectRunnerInLine } from "./detect.ts";

const found = (line: string, scripts = {}): string | undefined => detectRunnerInLine(line, scripts)?.runner;

describe("a line of a shell", () => {
  test.each([
    ["vitest run", "vitest"],
    ["npx vitest run src/a.test.ts", "vitest"],
    ["npx --no-install vitest@4 run", "vitest"],
    ["./node_modules/.bin/vitest run", "vitest"],
    ["node node_modules/vitest/vitest.mjs run", "vitest"],
    ["NODE_OPTIONS='--experimental-vm-modules' npx jest", "jest"],
    ["CI=1 FORCE_COLOR=0 jest --ci", "jest"],
    ["mocha 'test/**/*.js' test/*.spec.js", "mocha"],
    ["node --test", "node-test"],
    ["node --import tsx --test test/*.ts", undefined],
    ["node --import=tsx --test test/*.ts", "node-test"],
    ["npx playwright test --project=chromium", "playwright"],
    ["pytest -q tests", "pytest"],
    [".venv/bin/pytest", "pytest"],
    ["python3.11 -m pytest", "pytest"],
    ["uv run pytest -x", "pytest"],
    ["python -m unittest discover", "unittest"],
    ["go test ./...", "go"],
    ["cargo test --workspace", "cargo"],
    ["cargo +nightly nextest run", "nextest"],
    ["./mvnw -B verify", "maven"],
    ["gradle :app:test", "gradle"],
    ["dotnet test --logger trx", "dotnet"],
    ["vendor/bin/phpunit tests", "phpunit"],
    ["php vendor/bin/phpunit", "phpunit"],
    ["bundle exec rspec", "rspec"],
    ["mix test", "exunit"],
    ["bun test", "bun"],
    ["deno test -A", "deno"],
    ["ctest --test-dir build", "ctest"],
    ["cd packages/a && vitest run", "vitest"],
    ["tsc -p . && eslint . && vitest run 2>&1", "vitest"],
    ["set -euo pipefail && pytest", "pytest"],
    ["vitest run  # all of them\n", "vitest"],
    ["timeout 60 nice -n 10 vitest run;", "vitest"],
    ["env CI=1 vitest run", "vitest"],
    ["bash -lc 'cd a && vitest run'", "vitest"],
    ["vitest \\\n  run", "vitest"],
  ])("%j is %s", (line, runner) => {
    expect(found(line)).toBe(runner);
  });

  test.each([
    "",
    "echo '12 passed'",
    "echo '12 passed' # pytest",
    "echo vitest run",
    "# vitest run",
    "cat <<EOF\nvitest run\nEOF",
    "vitest run <<EOF\nx\nEOF",
    "vitest run || true",
    "vitest run | tee log.txt",
    "vitest run |& tail -5",
    "vitest run 2>&1 | tail -20",
    "vitest run; echo passed",
    "vitest run\necho passed",
    "vitest run & wait",
    "vitest run &",
    "echo 'Tests  12 passed (12)' && vitest run --passWithNoTests",
    "vitest run && echo passed",
    "vitest run && pytest",
    "! vitest run",
    "if vitest run; then echo ok; fi",
    "(vitest run)",
    "{ vitest run; }",
    "vitest() { echo ok; } && vitest",
    "alias vitest=echo && vitest run",
    "$(echo vitest) run",
    "`echo vitest` run",
    "vitest run $FLAGS",
    '"$RUNNER" run',
    "vitest run > out.txt",
    "vitest run 2>/dev/null",
    "PATH=./fake:$PATH vitest run",
    "PATH=fake vitest run",
    "export PATH=fake && vitest run",
    "NODE_OPTIONS='--require ./lie.js' vitest run",
    "LD_PRELOAD=./lie.so pytest",
    "./vitest run",
    "./scripts/pytest",
    "tools/node_modules/.bin/vitest run",
    "~/bin/vitest run",
    "node lie.js --test",
    "node test/vitest.mjs",
    "npx -p lie vitest run",
    "vite*st run",
    "vitest list",
    "vitest --version",
    "mocha --dry-run",
    "rspec --dry-run",
    "pytest --collect-only",
    "npx playwright test --list",
    "cargo test -- --list",
    "cargo test --no-run",
    "go test -list . ./...",
    "go test -exec echo ./...",
    "go build ./...",
    "ctest -N",
    "sudo vitest run",
    "make test",
    "turbo run test",
    "vitest 'run",
    "sh -c 'vitest run' lie",
    "bash -c 'vitest run || true'",
    "eval vitest run",
    "xargs vitest run",
  ])("%j is not known to be a run of tests", (line) => {
    expect(found(line)).toBeUndefined();
  });
});

describe("a script of a package", () => {
  const scripts = (test: string, more = {}) => ({ test, ...more });

  test.each([
    ["npm test", scripts("vitest run"), "vitest"],
    ["npm t", scripts("vitest run"), "vitest"],
    ["npm run -s test", scripts("vitest run"), "vitest"],
    ["npm run test --silent", scripts("vitest run"), "vitest"],
    ["npm test -- src/a.test.ts", scripts("tsc && vitest run"), "vitest"],
    ["pnpm test", scripts("npm run unit", { unit: "jest --ci" }), "jest"],
    ["yarn jest --ci", {}, "jest"],
    ["pnpm exec vitest run", {}, "vitest"],
    ["npm exec -- vitest run", {}, "vitest"],
    ["bun run test", scripts("bun test"), "bun"],
    ["npm ci && npm test", scripts("mocha"), "mocha"],
    ["npm test", scripts("vitest run", { pretest: "tsc -p ." }), "vitest"],
  ])("%j of %j is %s", (line, all, runner) => {
    expect(found(line, all)).toBe(runner);
  });

  test.each([
    ["npm test", {}],
    ["npm test", scripts("echo '12 passed'")],
    ["npm test", scripts("vitest run || true")],
    ["npm test", scripts("vitest run; echo passed")],
    ["npm test", scripts("echo ok # vitest run")],
    ["npm test", scripts("vitest run", { posttest: "echo 'Tests  12 passed (12)'" })],
    ["npm test", scripts("npm test")],
    ["npm test", scripts("npm run a", { a: "npm run b", b: "npm run a" })],
    ["npm test", scripts("vitest run && npm run e2e", { e2e: "playwright test" })],
    ["npm test --workspaces", scripts("vitest run")],
    ["npm --prefix other test", scripts("vitest run")],
    ["cd other && npm test", scripts("vitest run")],
    ["npm test -- --version", scripts("vitest run")],
    ["npm_config_script_shell=./lie npm test", scripts("vitest run")],
    ["npm run toString", scripts("vitest run")],
    ["npm run constructor", {}],
  ])("%j of %j is not known", (line, all) => {
    expect(found(line, all)).toBeUndefined();
  });

  test("says which scripts it went through: they are frozen with the check", () => {
    const all = { test: "npm run unit", unit: "vitest run", pretest: "tsc", other: "x" };
    expect(detectRunner(["npm", "test"], all)?.scripts).toEqual(["pretest", "test", "unit"]);
  });
});

describe("a list of arguments", () => {
  test("is taken as it is: nothing in it is for a shell", () => {
    expect(detectRunner(["vitest", "run", "a && b", "$HOME"])?.runner).toBe("vitest");
    expect(detectRunner(["sh", "-c", "vitest run | cat"])).toBeUndefined();
    expect(detectRunner([])).toBeUndefined();
  });

  test.each([
    [["go", "test", "-json", "./..."], "go-json"],
    [["go", "test", "./..."], "text"],
    [["cargo", "test", "--", "-Z", "unstable-options", "--format", "json"], "libtest-json"],
    [["cargo", "test"], "text"],
  ])("%j prints %s", (command, prints) => {
    expect(detectRunner(command)?.prints).toBe(prints);
  });
});

test("no line makes it throw, and whatever follows a run with a separator makes it unknown", () => {
  const part = fc.constantFrom(
    "vitest",
    "run",
    "&&",
    "||",
    ";",
    "|",
    "&",
    "'",
    '"',
    "$(",
    ")",
    "`",
    "#",
    "\n",
    "<<E",
    ">",
    "{",
    "npm test",
    "echo 12 passed",
    " ",
    "\\",
  );
  fc.assert(
    fc.property(
      fc.array(part, { maxLength: 12 }),
      fc.constantFrom("; ", " | ", " || ", " & ", "\n"),
      (parts, separator) => {
        const line = parts.join(" ");
        found(line, { test: line });
        expect(found(`vitest run${separator}echo ${line}`)).toBeUndefined();
      },
    ),
    { numRuns: 2_000 },
  );
});
