import { expect, test } from "vitest";
import { ranCheck } from "../engine/hooks/check-forms.ts";
import { adapterOf } from "../hosts/adapters.ts";
import { tempDir, writeFiles } from "../workspace/git-fixture.ts";
import { HookEntry, withAgent } from "./hook.ts";
import { Identity } from "./identity.ts";

const PROMPT = { host: "codex", hook_event_name: "UserPromptSubmit", session_id: "01a", cwd: "/project", prompt: "go" };
const read = (thread: unknown) => adapterOf("codex")?.read(withAgent(PROMPT, { threadId: thread }));

test("what a model wrote for its subagent on Codex is told from a person's prompt by the thread alone", () => {
  expect(read("01a")).toMatchObject({ session: "codex:01a", by: "person" });
  expect(read("02b")).toMatchObject({ session: "codex:01a", agent: "02b", by: "machine" });
});

test("a thread that is none changes nothing, and an agent that is named stays", () => {
  for (const thread of [undefined, "", 5, {}]) expect(read(thread)).toMatchObject({ by: "person" });
  expect(withAgent({ ...PROMPT, agent_id: "03c" }, { threadId: "02b" })).toMatchObject({ agent_id: "03c" });
});

const ended = (tool_name: string, event = "PostToolUse", more: object = {}) => ({
  host: "claude",
  hook_event_name: event,
  session_id: "s1",
  cwd: "/project",
  tool_name,
  ...more,
});
const entry = new HookEntry({}, new Identity({}));
const isReport = (args: unknown, meta: unknown = {}) => entry.isReport(args, meta);

test("the end of an edit is a report; what may be answered, and what a model sent is none", () => {
  for (const name of ["Edit", "Write", "NotebookEdit"]) expect(isReport(ended(name))).toBe(true);
  expect(isReport(ended("Edit", "PostToolUseFailure"), undefined)).toBe(true);
  expect(isReport({ ...ended("apply_patch"), host: "codex" })).toBe(true);
  for (const name of ["Bash", "Agent", "TaskUpdate", "Read"]) expect(isReport(ended(name))).toBe(false);
  for (const event of ["PreToolUse", "UserPromptSubmit", "Stop"]) expect(isReport(ended("Edit", event))).toBe(false);
  for (const other of [undefined, 5, {}, { ...ended("Edit"), cwd: "x" }]) expect(isReport(other)).toBe(false);
  for (const mark of ["claudecode/toolUseId", "callId"]) expect(isReport(ended("Edit"), { [mark]: "t" })).toBe(false);
});

test("the end of a command is a report once the plans of its folder are known to have no such check", () => {
  const cwd = tempDir();
  const ran = (command: string) => ended("Bash", "PostToolUse", { cwd, tool_input: { command } });
  const asked = (command: string) => {
    const event = adapterOf("claude")!.read(ran(command));
    return event?.type === "tool-finished" && ranCheck(event, cwd, ["dates"]);
  };
  const write = (...commands: readonly string[]) => {
    const checks = commands.map((command) => ({ command: command.split(" "), env: {} }));
    const head = {
      format: 1,
      slug: "dates",
      status: "execute",
      updatedAt: 1,
      aliases: [],
      landed: 0,
      movers: [],
      sizes: {},
    };
    writeFiles(cwd, { "dates/head.json": JSON.stringify({ ...head, checks }) });
  };
  write("npm test");
  expect(isReport(ran("ls"))).toBe(false);
  expect([asked("ls"), asked("npm test")]).toEqual([false, true]);
  expect([isReport(ran("ls")), isReport(ran("npm test")), isReport(ran("cd . && npm test"))]).toEqual([
    true,
    false,
    false,
  ]);
  write("npm test", "cargo test --all");
  expect([isReport(ran("ls")), isReport(ran("cargo test --all"))]).toEqual([true, false]);
  expect(isReport({ ...ran("ls"), cwd: "/elsewhere" })).toBe(false);
});
