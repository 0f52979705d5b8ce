import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { judgeTests, parseReport, sightOf } from "./judge-tests.ts";

let cwd = "";
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "holdfast-judge-"));
});
afterEach(() => rmSync(cwd, { recursive: true }));

const write = (name: string, text: string): void => {
  mkdirSync(join(cwd, name, ".."), { recursive: true });
  writeFileSync(join(cwd, name), text);
};
const green = '<testsuite><testcase name="a"/></testsuite>';
const red = '<testsuite><testcase name="b"><failure/></testcase></testsuite>';

/** A run that ends with `exit` and declares a report; what it writes comes between start and end. */
async function judge(declared: string, during: () => void, exit = 0) {
  const report = parseReport(declared)!;
  const reportBefore = sightOf(resolve(cwd, report.path));
  write("printed.txt", "");
  during();
  const outputFile = join(cwd, "printed.txt");
  return judgeTests({
    command: ["make", "test"],
    isShell: false,
    cwd,
    outputFile,
    exit,
    wanted: 0,
    minTests: 1,
    report,
    reportBefore,
  });
}

describe("a report of a run", () => {
  test("is one file", async () => {
    const judged = await judge("out/junit.xml", () => write("out/junit.xml", green));
    expect(judged).toMatchObject({ outcome: "passed", tests: { passed: 1, failed: 0 } });
    expect((await judge("out/junit.xml", () => write("out/junit.xml", red))).outcome).toBe("failed");
  });

  test("is the files of a folder that this run wrote", async () => {
    write("reports/TEST-gone.xml", red);
    const during = () => {
      write("reports/TEST-a.xml", green);
      write("reports/TEST-c.xml", green);
      write("reports/testng-results.xml", "<testng-results/>");
      write("reports/c.txt", "no report");
      mkdirSync(join(cwd, "reports/binary"), { recursive: true });
    };
    expect(await judge("junit:reports", during)).toMatchObject({ outcome: "passed", tests: { passed: 2 } });
    const worse = () => (during(), write("reports/TEST-b.xml", red));
    expect(await judge("junit:reports", worse)).toMatchObject({ outcome: "failed", tests: { passed: 2, failed: 1 } });
  });

  test.each(["out/junit.xml", "junit:out"])("in %s is not one of an earlier run", async (declared) => {
    write("out/junit.xml", green);
    const judged = await judge(declared, () => {});
    expect(judged).toMatchObject({ outcome: "void", why: expect.stringContaining("is not of this run") as string });
  });

  test.each(["out/junit.xml", "junit:out"])("in %s is missed", async (declared) => {
    expect(await judge(declared, () => {})).toMatchObject({
      outcome: "void",
      why: expect.stringContaining("it wrote no report") as string,
    });
  });

  test.skipIf(process.platform === "win32")("that is a pipe is not waited for", async () => {
    const judged = await judge("pipe.xml", () => void spawnSync("mkfifo", [join(cwd, "pipe.xml")]));
    expect(judged.outcome).toBe("void");
  });
});
