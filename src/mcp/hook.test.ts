import { expect, test } from "vitest";
import { adapterOf } from "../hosts/adapters.ts";
import { withAgent } from "./hook.ts";

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
