import { describe, expect, test } from "vitest";
import { runCli } from "../../test/kit/cli.ts";
import { sampleGroups } from "../../test/kit/groups.ts";

const cli = (line: string, options: Parameters<typeof runCli>[1] = {}) =>
  runCli(line.split(" ").filter(Boolean), { groups: sampleGroups, ...options });

describe("help", () => {
  test("without a command goes to stderr as wrong usage, and stdout stays empty", async () => {
    const { code, out, err } = await cli("");
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain("Work with tasks");
    expect(err).not.toContain("secret");
  });

  test.each(["--help", "-h", "help"])("of the program: %s", async (line) => {
    const { code, out } = await cli(line);
    expect(code).toBe(0);
    expect(out).toMatch(/task +Work with tasks/);
    expect(out).toContain("Exit codes");
  });

  test("of a group names its commands and gives an example", async () => {
    const { code, out } = await cli("task --help");
    expect(code).toBe(0);
    for (const name of ["task claim", "task list", "task step set"]) expect(out).toContain(name);
    expect(out).toContain("holdfast task claim T1 --why next");
  });

  test("of a group without a command is wrong usage", async () => {
    const { code, out, err } = await cli("task");
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain("task claim");
  });

  test("of words in the middle of a path lists what they begin", async () => {
    const { code, err } = await cli("task step");
    expect(code).toBe(2);
    expect(err).toContain("task step set");
    expect(err).not.toContain("task claim");
  });

  test.each(["task claim --help", "help task claim", "task claim T1 --lease nonsense -h"])(
    "of a command: %s",
    async (line) => {
      const { code, out } = await cli(line);
      expect(code).toBe(0);
      expect(out).toContain("Usage: holdfast task claim <id> --why <text> [options]");
      expect(out).toContain("what it is (feature, fix)");
      expect(out).toContain("somebody else holds it");
      expect(out).toContain("take T1 in hand");
    },
  );

  test("says what is closed to agents", async () => {
    expect((await cli("fail --help")).out).toContain("Only a person");
  });

  test("under --json a missing command is an error to parse", async () => {
    const { code, out, err } = await cli("task --json");
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(JSON.parse(err)).toMatchObject({ error: { reason: "usage-missing-command" } });
  });
});

describe("version", () => {
  test.each(["--version", "-V"])("%s prints it alone", async (line) => {
    expect(await cli(line)).toMatchObject({ code: 0, out: "0.0.0-source\n" });
  });
});

describe("finding the command", () => {
  test("global options may stand before, between and after the words", async () => {
    const { json } = await cli("--plan a task --root /x claim T1 --why y --json --session codex:1");
    expect(json()).toMatchObject({ args: { id: "T1" }, global: { plan: "a", root: "/x", session: "codex:1" } });
  });

  test("a value that looks like a command is still a value", async () => {
    const { json } = await cli("task claim --why claim task --json");
    expect(json()).toMatchObject({ args: { id: "task" }, options: { why: "claim" } });
  });

  test("of two commands that fit, the one with more words is meant", async () => {
    expect((await cli("note N1")).out).toBe("note N1\n");
    expect((await cli("note add")).out).toBe("added\n");
    expect((await cli("note -- add")).err).toContain('not "add"');
  });

  test.each([
    ["tsak", "holdfast task"],
    ["claim", "holdfast task claim"],
    ["task clam", "holdfast task claim"],
    ["task step sett", "holdfast task step set"],
    ["help tsk", "holdfast task"],
  ])("a near miss names what was meant: %s", async (line, meant) => {
    const { code, err } = await cli(line);
    expect(code).toBe(2);
    expect(err).toMatch(new RegExp(`^error: .* hint: .*${meant}`));
  });

  test("a word near to nothing says where the list is", async () => {
    expect((await cli("qqqqqq")).err).toContain("holdfast --help");
    expect((await cli("task qqqqqq")).err).toContain("holdfast task --help");
  });

  test.each(["__proto__", "constructor", "toString"])("an inherited name is no command: %s", async (name) => {
    expect((await cli(name)).code).toBe(2);
    expect((await cli(`task claim T1 --why x --${name}`)).err).toContain(`no option --${name} here`);
  });
});

describe("outcomes", () => {
  test("nothing to report is exit 0", async () => {
    expect(await cli("task claim T1 --why now")).toMatchObject({ code: 0, out: "claimed T1: now\n", err: "" });
  });

  test("a refusal is one sentence with its way out, then the place and the details", async () => {
    const { code, out, err } = await cli("fail T9");
    expect({ code, out }).toEqual({ code: 3, out: "" });
    expect(err).toBe("error: There is no task T9. hint: Did you mean T1?\n  at tasks[0].id\n  - x: one.\n  - two.\n");
  });

  test("a refusal under --json is one line on stderr that keeps everything", async () => {
    const { code, out, err } = await cli("fail T9 --json");
    expect({ code, out }).toEqual({ code: 3, out: "" });
    expect(err.trimEnd()).not.toContain("\n");
    expect(JSON.parse(err)).toEqual({
      error: {
        reason: "no-such-task",
        message: "There is no task \u001b[31mT9\n",
        hint: "Did you mean T1?",
        place: "tasks[0].id",
        details: [
          { reason: "a", message: "one", place: "x" },
          { reason: "b", message: "two." },
        ],
      },
    });
  });

  test("a command may choose its exit code", async () => {
    expect(await cli("fail exit")).toMatchObject({ code: 7, out: "", err: "" });
  });

  test("an exception is told as a bug, with the stack only on request", async () => {
    const { code, err } = await cli("fail throw");
    expect(code).toBe(70);
    expect(err).toContain("the impossible happened");
    expect(err).not.toContain("groups.ts");
    expect((await cli("fail throw", { env: { HOLDFAST_DEBUG: "1" } })).err).toContain("groups.ts");
  });

  test("a system call that failed is no bug", async () => {
    const { code, err } = await cli("fail system --json");
    expect(code).toBe(70);
    expect(JSON.parse(err)).toMatchObject({ error: { reason: "system-error", message: "ENOSPC: no space left" } });
  });
});

describe("streams", () => {
  test("progress is gone when the command ends", async () => {
    const { out, err } = await cli("note N1", { tty: true, env: { NO_COLOR: "1" } });
    expect(out).toBe("note N1\n");
    expect(err).toBe("looking\r\u001b[2Klooking on\r\u001b[2K");
  });

  test("standard input reaches the command, and what it writes leaves as it is", async () => {
    expect(await cli("echo", { stdin: "a\u001b[1mb" })).toMatchObject({ code: 0, out: "a\u001b[1mb" });
  });

  test("waiting for a terminal is refused", async () => {
    expect(await cli("echo", { tty: true })).toMatchObject({ code: 2, out: "" });
  });

  test("too much standard input is refused", async () => {
    expect((await cli("echo", { stdin: new Uint8Array(9 * 1024 * 1024) })).err).toContain("more than");
  });

  test("what follows the dashes is handed over unread", async () => {
    const { json } = await cli("echo -- --json -x --plan");
    expect(json()).toEqual(["--json", "-x", "--plan"]);
  });
});
