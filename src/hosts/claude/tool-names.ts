/** Names of Claude Code's tools, as matchers of hooks have them. */
export const PASSAGE = "Edit";
export const WHOLE = "Write|MultiEdit|NotebookEdit";
export const EDITING = `${PASSAGE}|${WHOLE}`;
export const SHELL = "Bash";
/** Both names of the tool that starts a subagent: which one is said depends on where it is said. */
export const SPAWNING = "Agent|Task";
/** The tools that write the list one item after the other; `TodoWrite` writes the whole one, where the host has that. */
export const LISTING = "TaskCreate|TaskUpdate";
