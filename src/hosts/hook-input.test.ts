import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { adapterOf } from "./adapters.ts";
import { LIST_HOOK as claudeList, OWN_TOOL_HOOK, SERVER_HOOKS } from "./claude/hook-input.ts";
import { HOOK_INPUT as codexInput, LIST_HOOK as codexList } from "./codex/hook-input.ts";
import type { HookTemplate } from "./hook-template.ts";

type Payload = Readonly<Record<string, unknown>>;

type Host = "claude" | "codex";

const folderOf = (host: Host): string => join(import.meta.dirname, host, "fixtures");
const payloadOf = (host: Host, name: string): Payload =>
  JSON.parse(readFileSync(join(folderOf(host), name), "utf8")) as Payload;

const isOneOf = <Name extends string>(name: unknown, names: Readonly<Record<Name, unknown>>): name is Name =>
  typeof name === "string" && Object.hasOwn(names, name);

function templateFor(host: Host, { hook_event_name: event, tool_name: tool }: Payload): HookTemplate | undefined {
  if (host === "codex") return isOneOf(event, codexInput) ? codexInput[event] : undefined;
  const hooks = isOneOf(event, SERVER_HOOKS) ? SERVER_HOOKS[event] : [];
  const fitting = hooks.filter(({ matcher }) => matcher === undefined || matcher.split("|").includes(String(tool)));
  expect(fitting.length).toBeLessThan(2);
  return fitting[0]?.input;
}

const captured = (host: Host) =>
  readdirSync(folderOf(host))
    .filter((name) => templateFor(host, payloadOf(host, name)) !== undefined)
    .map((name) => [host, name] as const);

const valueAt = (payload: Payload, path: string): unknown =>
  path
    .split(".")
    .reduce<unknown>((at, key) => (typeof at === "object" && at !== null ? Reflect.get(at, key) : undefined), payload);

/** Fills a template as the host does; undefined where the host would not run the hook. */
function fill(host: Host, template: HookTemplate, payload: Payload): Payload | undefined {
  const filled: Record<string, unknown> = {};
  for (const [name, part] of Object.entries(template)) {
    if (typeof part !== "string") {
      const inner = fill(host, part, payload);
      if (inner === undefined) return undefined;
      filled[name] = inner;
      continue;
    }
    const path = /^\$\{(.+)\}$/.exec(part)?.[1];
    const value = path === undefined ? part : valueAt(payload, path);
    if (value === undefined && host === "codex") return undefined;
    filled[name] = host === "codex" || path === undefined ? value : claudeText(value);
  }
  return filled;
}

/** Claude Code makes a text of everything. */
const claudeText = (value: unknown): string =>
  value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value);

describe("what a hook hands over by its template", () => {
  test.each(["claude", "codex"] as const)("%s: there is a payload of every event", (host) => {
    const seen = new Set(captured(host).map(([, name]) => payloadOf(host, name)["hook_event_name"]));
    expect(seen).toEqual(new Set(Object.keys(host === "claude" ? SERVER_HOOKS : codexInput)));
  });

  test("Claude Code: before a tool of ours it says which call it is, and whose", () => {
    const payload = { ...payloadOf("claude", "PreToolUse.Bash.in-subagent.json"), tool_name: "mcp__holdfast__task" };
    const event = adapterOf("claude")!.read(fill("claude", OWN_TOOL_HOOK.input, payload));
    expect(event).toMatchObject({
      type: "tool-starting",
      agent: "aa48acf82fde8dcf9",
      tool: { callId: "toolu_5i3nvtn301h" },
    });
    const fits = (name: string) => new RegExp(`^(?:${OWN_TOOL_HOOK.matcher})$`).test(name);
    expect(["mcp__holdfast__task", "mcp__plugin_holdfast_holdfast__task"].map(fits)).toEqual([true, true]);
    expect(["Bash", "mcp__other__holdfast__task"].map(fits)).toEqual([false, false]);
  });

  test.each([...captured("claude"), ...captured("codex")])(
    "%s: %s says the same as the payload itself",
    (host, name) => {
      const payload = payloadOf(host, name);
      const filled = fill(host, templateFor(host, payload)!, payload);
      expect(filled?.["host"]).toBe(host);
      const { agent_id: agent } = payload;
      // In a subagent of Codex the server adds its id; of what kind it is, its start has told.
      const whole = host === "codex" && agent !== undefined ? { agent_id: agent, ...filled } : filled;
      const expected = adapterOf(host)!.read(payload);
      const { agentType: _, ...known } = expected ?? {};
      expect(adapterOf(host)!.read(whole)).toEqual(filled?.["agent_type"] === undefined && expected ? known : expected);
    },
  );

  test.each([
    ["claude", claudeList, "PreToolUse.TodoWrite.json"],
    ["codex", codexList, "PreToolUse.update_plan.json"],
  ] as const)("%s: before a list is written it hands over all of it", (host, { matcher, input }, name) => {
    const payload = payloadOf(host, name);
    expect(String(payload["tool_name"])).toMatch(new RegExp(`^(?:${matcher})$`));
    const filled = fill(host, input, payload);
    expect(adapterOf(host)!.read(filled)).toEqual(adapterOf(host)!.read(payload));
    const reply = { items: [{ content: "[plan x] T1", status: "pending" }] };
    const event = adapterOf(host)!.read(payload)!;
    expect(adapterOf(host)!.write(event, reply, filled)).toBe(adapterOf(host)!.write(event, reply, payload));
  });
});
