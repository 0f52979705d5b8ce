import { isObject } from "../../plan/shape.ts";
import { HOOK_SERVER } from "../hook-template.ts";

/** Whether a hook in a host's settings is one that some version of Holdfast has put there. */
export function isOurHook(hook: unknown): boolean {
  if (!isObject(hook)) return false;
  const { type, command, server } = hook;
  if (type === "mcp_tool") return server === HOOK_SERVER;
  return typeof command === "string" && command.includes("holdfast") && /\bhook (?:claude|codex|trae)\b/.test(command);
}

/** Whether a registered MCP server is Holdfast's. */
export function isOurServer(value: unknown): boolean {
  if (!isObject(value)) return false;
  const args: readonly unknown[] = Array.isArray(value["args"]) ? value["args"] : [];
  const words = [value["command"], ...args].map(String);
  return words.some((one) => one.includes("holdfast")) && /\bmcp$/.test(words.at(-1) ?? "");
}
