import type { ToolUse } from "../../engine/hooks/host-event.ts";
import { itemsOf, pathsIn, textOf, type Payload } from "../payload.ts";
import { fieldsOf } from "./fields.ts";

const KINDS: ReadonlyMap<string, ToolUse["kind"]> = new Map([
  ["bash", "shell"],
  ["shell", "shell"],
  ["edit", "edit"],
  ["write", "edit"],
  ["multiedit", "edit"],
  ["patch", "edit"],
  ["apply_patch", "edit"],
  ["read", "read"],
  ["task", "spawn"],
]);

/** A call of one of the host's tools in words that all hosts share; paths are made absolute. */
export function readToolUse(name: string, args: unknown, { cwd, callId }: { cwd: string; callId?: string }): ToolUse {
  const kind = KINDS.get(name) ?? "other";
  const base = { kind, name, ...(callId === undefined ? {} : { callId }) };
  const fields = fieldsOf(args);
  switch (kind) {
    case "shell": {
      const command = textOf(fields, "command");
      const workdir = textOf(fields, "workdir");
      if (command === undefined) return base;
      // It runs there without saying so; what it may write has to be told from the command alone.
      return { ...base, command: workdir === undefined ? command : `cd ${quote(workdir)} && ${command}` };
    }
    case "edit":
    case "read": {
      const paths = pathsIn(cwd, namedIn(fields));
      return paths.length === 0 ? base : { ...base, paths };
    }
    case "spawn": {
      const prompt = textOf(fields, "prompt");
      const subagentType = textOf(fields, "subagent_type");
      return {
        ...base,
        ...(prompt === undefined ? {} : { prompt }),
        ...(subagentType === undefined ? {} : { subagentType }),
      };
    }
    // Its list is written into in place, and told of by an event.
    case "list":
    case "other":
      return base;
    default:
      return kind satisfies never;
  }
}

const quote = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`;

const PATCHED = /^\*\*\* (?:(?:Add|Update|Delete) File|Move to): (.+?)\s*$/gm;

function namedIn(fields: Payload): readonly string[] {
  const edits = itemsOf(fields, "edits").map((edit) => textOf(fieldsOf(edit), "filePath"));
  const patch = textOf(fields, "patchText") ?? textOf(fields, "patch") ?? "";
  const patched = [...patch.matchAll(PATCHED)].map(([, path]) => path);
  const all = [textOf(fields, "filePath") ?? textOf(fields, "path"), ...edits, ...patched];
  return [...new Set(all.filter((path) => path !== undefined))];
}

/** How a shell's command ended, from what the host says of it; it does not always say. */
export function readOutcome(metadata: unknown): {
  readonly outcome: "ok" | "failed" | "unknown";
  readonly exitCode?: number;
} {
  const { exit } = fieldsOf(metadata);
  if (typeof exit !== "number" || !Number.isInteger(exit)) return { outcome: "unknown" };
  return { outcome: exit === 0 ? "ok" : "failed", exitCode: exit };
}
