import type { HostSetup } from "../install/facts.ts";

/** TraeCLI takes plugins and has no settings that another program may write. */
export const traeSetup = (): HostSetup => ({
  parts: [],
  notes: ["TraeCLI takes Holdfast as a plugin: see docs/hosts.md#traeclicoco"],
});
