import type { GlobalOptions, OptionSpecs } from "./command.ts";

/** Taken by every command, before or after its words. */
export const globalOptions = {
  plan: { type: "string", value: "slug", summary: "the plan to use", complete: "plan" },
  session: { type: "string", value: "host:id", summary: "the session that acts", complete: "session" },
  root: { type: "string", value: "path", summary: "the workspace's folder", complete: "file" },
  json: { type: "boolean", summary: "print JSON; errors and warnings are one JSON object a line on stderr" },
  help: { type: "boolean", short: "h", summary: "explain this command" },
  "no-color": { type: "boolean", summary: "print without colours" },
} as const satisfies OptionSpecs;

export interface Switches {
  readonly global: GlobalOptions;
  readonly isHelp: boolean;
  readonly noColor: boolean;
}
