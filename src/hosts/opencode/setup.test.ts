import { expect, test } from "vitest";
import type { Door, Sight } from "./door.ts";
import { makeSetup } from "./setup.ts";

const sight: Sight = {
  plan: "auth",
  stable: "<plan>",
  moving: { lines: ["Next: a"], frame: (lines) => lines.join("\n") },
};

function played(look: () => Sight | undefined) {
  const noted: string[] = [];
  const said: string[] = [];
  const door: Partial<Door> = {
    look: async () => look(),
    note: (_, place, error) => noted.push(`${place}: ${String(error)}`),
  };
  return { setup: makeSetup(door as Door, (text) => said.push(text)), noted, said };
}

/** What 2.x is known to give: it registers callbacks by name. */
function context() {
  const callbacks = new Map<string, (event: unknown) => Promise<void>>();
  const session = { hook: async (name: string, run: (event: unknown) => Promise<void>) => callbacks.set(name, run) };
  return { callbacks, context: { session, tool: {}, event: {}, location: { directory: "/project" } } };
}

test("1.18, which calls it beside the real entry, gets nothing of it", async () => {
  const { setup, said } = played(() => sight);
  await setup({ options: {}, agent: {}, catalog: {}, command: {}, plugin: {}, reference: {}, skill: {} });
  await setup(undefined);
  expect(said).toEqual([]);
});

test("2.x gets the plan in its system text, the moving part last, and is told what is missing", async () => {
  const { setup, said } = played(() => sight);
  const host = context();
  await setup(host.context);
  const system: unknown[] = [{ type: "text", text: "You are opencode." }];
  await host.callbacks.get("context")?.({ sessionID: "ses_a", system });
  expect(system.slice(1)).toEqual([
    { type: "text", text: "<plan>" },
    { type: "text", text: "Next: a" },
  ]);
  expect(said).toEqual([expect.stringMatching(/does without tools, .*continuation.*holdfast mcp/)]);
});

test("2.x without what we need says so", async () => {
  const { setup, said } = played(() => sight);
  await setup({ tool: {}, event: {} });
  expect(said).toEqual([expect.stringContaining("does without context, tools")]);
});

test("whatever goes wrong, the request goes on", async () => {
  const { setup, noted } = played(() => {
    throw new Error("broken");
  });
  const host = context();
  await setup(host.context);
  for (const event of [
    { sessionID: "ses_a", system: [] },
    null,
    { sessionID: 1, system: [] },
    { sessionID: "ses_a" },
  ]) {
    await host.callbacks.get("context")?.(event);
  }
  expect(noted).toEqual(["system.transform: Error: broken"]);
});
