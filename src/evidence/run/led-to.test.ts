import { describe, expect, test } from "vitest";
import { followCommand } from "./led-to.ts";

const SCRIPTS = {
  pretest: "tsc",
  test: "CI=1 vitest run && echo ok",
  e2e: "npm run e2e:all -- --x",
  "e2e:all": "playwright test",
  lint: "eslint .",
};

const follow = (command: readonly string[]) => followCommand({ command, isShell: false }, SCRIPTS);
const followLine = (line: string) => followCommand({ command: [line], isShell: true }, SCRIPTS);

test.each<[readonly string[], readonly string[]]>([
  [["vitest", "run"], ["vitest"]],
  [
    ["npm", "test"],
    ["npm", "tsc", "vitest", "echo"],
  ],
  [
    ["npm", "run", "-s", "e2e"],
    ["npm", "playwright"],
  ],
  [
    ["pnpm", "test"],
    ["pnpm", "tsc", "vitest", "echo"],
  ],
  [
    ["pnpm", "exec", "jest"],
    ["pnpm", "jest"],
  ],
  [
    ["npm", "exec", "-y", "--", "jest", "lint"],
    ["npm", "jest"],
  ],
  [
    ["npx", "jest"],
    ["npx", "jest"],
  ],
  [
    ["env", "A=1", "pytest", "-q"],
    ["env", "pytest"],
  ],
  [["A=1", "go", "test"], ["go"]],
  [
    ["sh", "-c", "make && ./run.sh"],
    ["sh", "make", "./run.sh"],
  ],
  [
    ["node", "-e", "#x\nrun('npm run lint')"],
    ["node", "eslint"],
  ],
  [["npm", "install"], ["npm"]],
  [[], []],
])("%j leads to %j", (command, programs) => {
  expect(follow(command).programs).toEqual(programs);
});

describe("a script of the package is found", () => {
  test.each([
    ["npm --silent test"],
    ["npm -s run test"],
    ["npm run --silent test"],
    ["npm --loglevel silent test"],
    ["npm --loglevel=silent test"],
    ["npm run --loglevel silent test"],
    ["npm 'test'"],
    ['npm --prefix="a;b" test'],
    ['npx concurrently "npm run lint" "npm test"'],
    ["xvfb-run npm test"],
    ["sh -e -c 'npm --silent test'"],
    [`node -e 'class A { #x() { run("npm run --silent test") } }'`],
    ["echo $(npm test)"],
    ["echo 'unfinished; npm test"],
    ["npm t"],
  ])("in the line %s", (line) => {
    expect(Object.keys(followLine(line).scripts)).toEqual(expect.arrayContaining(["pretest", "test"]));
    expect(followLine(line).programs).toEqual(expect.arrayContaining(["tsc", "vitest"]));
  });

  test.each([
    [["npm", "--loglevel", "silent", "run", "test"]],
    [["sh", "-c", 'npm "test"']],
    [["npx", "x", "npm test"]],
  ])("in the words %j", (command) => {
    expect(Object.keys(follow(command).scripts)).toEqual(["pretest", "test"]);
  });
});

test("what is typed behind a script, or stands elsewhere in the line, is none", () => {
  expect(followLine("npm run e2e lint").scripts).not.toHaveProperty("lint");
  expect(followLine("npm ci; test -f lint").scripts).toEqual({});
  expect(followLine("grep test lint").scripts).toEqual({});
  expect(followLine("npm run toString").scripts).toEqual({});
});

test("scripts that call each other, and words without end, lead nowhere for ever", () => {
  const { scripts } = followCommand({ command: ["npm run a"], isShell: true }, { a: "npm run b", b: "npm run a" });
  expect(Object.keys(scripts)).toEqual(["a", "b"]);
  expect(follow(Array.from({ length: 50_000 }, () => "env")).programs).toEqual(["env"]);
});
