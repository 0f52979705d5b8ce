interface CocoHook {
  readonly event: string;
  readonly seconds: number;
  readonly tool?: string;
}

/** As the reference plugin for this host has them; no live one was at hand. */
const HOOKS: readonly CocoHook[] = [
  { event: "session_start", seconds: 10 },
  { event: "user_prompt_submit", seconds: 10 },
  { event: "pre_tool_use", seconds: 10, tool: "Bash|Edit|Write|MultiEdit|ApplyPatch|Task" },
  { event: "post_tool_use", seconds: 10, tool: "Bash|Edit|Write|MultiEdit|ApplyPatch|Task" },
  { event: "stop", seconds: 10 },
];

/** The plugin manifest of TraeCLI, formerly Coco. */
export function cocoManifest(command: string): string {
  const hooks = HOOKS.map(({ event, seconds, tool }) => {
    const matcher = tool === undefined ? "" : `\n        tool: '${tool}'`;
    const run = `'${`${command} ${event}`.replaceAll("'", "''")}'`;
    return `  - type: command\n    command: ${run}\n    timeout: ${seconds}s\n    matchers:\n      - event: ${event}${matcher}\n`;
  });
  return `# Written by npm run docs. Holdfast as a plugin of TraeCLI (Coco): the skill is in skills/, commands are in commands/.\nhooks:\n${hooks.join("\n")}`;
}
