/** The name under which hosts know our MCP server, and the tool of it that hooks call; no model is offered that one. */
export const HOOK_SERVER = "holdfast";
export const HOOK_TOOL = "hook";

/** What a hook hands to the tool: `${field}` stands for a field of the payload; parts of a field may lie in objects. */
export interface HookTemplate {
  readonly [name: string]: string | HookTemplate;
}

/** Fields of a payload, each under its own name. */
export const fields = (...names: readonly string[]): HookTemplate =>
  Object.fromEntries(names.map((name) => [name, `\${${name}}`]));

/** Some parts of a field that is an object. */
export const partsOf = (field: string, ...names: readonly string[]): HookTemplate => ({
  [field]: Object.fromEntries(names.map((name) => [name, `\${${field}.${name}}`])),
});
