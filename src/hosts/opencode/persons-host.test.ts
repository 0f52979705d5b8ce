import { expect, test } from "vitest";
import type { ProcessSight } from "../../workspace/process-table.ts";
import { isPersonsHost, personsHost } from "./persons-host.ts";

const sight = (comm: string, ...argv: readonly string[]): ProcessSight => ({ pid: 2, parent: 1, comm, argv });
const shell = sight("bash", "-bash");
const opencode = sight("opencode", "opencode");
const launcher = sight("node", "node", "/usr/lib/node_modules/opencode-ai/bin/opencode");

const at = (ancestors: readonly ProcessSight[] | undefined, argv = ["opencode"], env = {}, startedWith = {}) =>
  isPersonsHost({ argv, env, startedWith, ancestors: async () => ancestors });

test("an OpenCode that was started in a person's shell is a person's", async () => {
  expect(await at([shell, sight("tmux", "tmux")])).toBe(true);
  expect(await at([launcher, shell])).toBe(true);
  expect(await at([shell], ["bun", "/$bunfs/root/opencode", "serve", "--port", "1"])).toBe(true);
});

test("one that an agent started is not, through a shell, the package's own script, or neither", async () => {
  expect(await at([shell, opencode, shell])).toBe(false);
  expect(await at([launcher, opencode, shell])).toBe(false);
  expect(await at([opencode, shell])).toBe(false);
  expect(await at([shell, sight("claude", "claude"), shell])).toBe(false);
});

test("one that an agent started apart from itself still has what that set; what OpenCode sets itself is no sign", async () => {
  const own = { OPENCODE: "1", OPENCODE_PID: "7", AGENT: "1" };
  expect(await at([shell], ["opencode"], own, { HOME: "/home/user" })).toBe(true);
  expect(await at([shell], ["opencode"], own)).toBe(true);
  expect(await at([shell], ["opencode"], own, { HOME: "/home/user", OPENCODE: "1" })).toBe(false);
  expect(await at([shell], ["opencode"], { ...own, HOLDFAST_SESSION: "opencode:ses_a" })).toBe(false);
  expect(await at([shell], ["opencode"], { ...own, CLAUDECODE: "1" })).toBe(false);
});

test("one that answers one prompt and ends is not, nor a worker of ours, nor one whose ancestors cannot be seen", async () => {
  expect(await at([shell], ["bun", "/$bunfs/root/opencode", "run", "proceed"])).toBe(false);
  expect(await at([shell], ["opencode"], { HOLDFAST_WORKER: "w1" })).toBe(false);
  expect(await at(undefined)).toBe(false);
});

test("it is looked at once", async () => {
  let looks = 0;
  const isPersons = personsHost({
    argv: ["opencode"],
    env: {},
    startedWith: {},
    ancestors: async () => {
      looks += 1;
      return [shell];
    },
  });
  expect([await isPersons(), await isPersons(), looks]).toEqual([true, true, 1]);
});
