import { MemoryFile } from "./memory-file.ts";
import type { Workspace } from "../workspace.ts";

/** What a conversation leaves to the one that follows it when it is cleared; the host gives both ends one id. */
export const clearedFile = (workspace: Workspace, id: string): MemoryFile =>
  new MemoryFile(workspace.place.planning, `cleared:${id}`);
