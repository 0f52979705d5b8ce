import { expect, test } from "vitest";
import { adapterOf } from "../hosts/adapters.ts";
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

test("the end of an edit is a report; a command's, what may be answered, and what a model sent is none", () => {
  const entry = new HookEntry({}, new Identity({}));
  const ended = (tool_name: string, event = "PostToolUse") => ({
    host: "claude",
    hook_event_name: event,
    session_id: "s1",
    cwd: "/project",
    tool_name,
  });
  const isReport = (args: unknown, meta: unknown = {}) => entry.isReport(args, meta);
  for (const name of ["Edit", "Write", "NotebookEdit"]) expect(isReport(ended(name))).toBe(true);
  expect(isReport(ended("Edit", "PostToolUseFailure"), undefined)).toBe(true);
  expect(isReport({ ...ended("apply_patch"), host: "codex" })).toBe(true);
  for (const name of ["Bash", "Agent", "TaskUpdate", "Read"]) expect(isReport(ended(name))).toBe(false);
  for (const event of ["PreToolUse", "UserPromptSubmit", "Stop"]) expect(isReport(ended("Edit", event))).toBe(false);
  for (const other of [undefined, 5, {}, { ...ended("Edit"), cwd: "x" }]) expect(isReport(other)).toBe(false);
  for (const mark of ["claudecode/toolUseId", "callId"]) expect(isReport(ended("Edit"), { [mark]: "t" })).toBe(false);
});
