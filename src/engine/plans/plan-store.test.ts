import type * as Fs from "node:fs";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { Clone } from "../../../test/kit/clone.ts";
import { makeRepository, tempDir, valueOf } from "../../workspace/git-fixture.ts";
import { PlanStore } from "./plan-store.ts";

/** How many of the next flushes fail. */
const disk = vi.hoisted(() => ({ failures: 0 }));

vi.mock("node:fs", async (importOriginal) => {
  const fs = await importOriginal<typeof Fs>();
  const fdatasyncSync: typeof fs.fdatasyncSync = (fd) => {
    if (disk.failures === 0) return fs.fdatasyncSync(fd);
    disk.failures -= 1;
    throw Object.assign(new Error("EIO"), { code: "EIO" });
  };
  return { ...fs, fdatasyncSync };
});

/** Two that have read the same plan, each of whom does not see what the other does before it writes. */
async function twoStores() {
  const clone = new Clone(makeRepository(join(tempDir(), "project")), "claude:a");
  await clone.create({ slug: "shared", title: "Shared" });
  const workspace = await clone.open();
  const by = valueOf(await workspace.author("shared"));
  const [first, second] = [PlanStore.open(workspace, "shared"), PlanStore.open(workspace, "shared")].map(valueOf);
  return { first: first!, second: second!, by };
}

test("two who add tasks at once both get an id, where none was given", async () => {
  const { first, second, by } = await twoStores();
  valueOf(first.run({ type: "add-tasks", tasks: [{ title: "Mine" }, { title: "Mine too" }] }, by));
  const { state } = valueOf(second.run({ type: "add-tasks", tasks: [{ title: "Yours" }] }, by));
  expect([...state.tasks.values()].map(({ id, title }) => `${id} ${title}`)).toEqual([
    "T1 Mine",
    "T2 Mine too",
    "T3 Yours",
  ]);
});

test("an id that was given is refused where somebody was faster, beside one that was not", async () => {
  const { first, second, by } = await twoStores();
  valueOf(first.run({ type: "add-tasks", tasks: [{ id: "PARSE", title: "Mine" }] }, by));
  const tasks = [{ title: "Yours" }, { id: "parse", title: "Yours too" }];
  expect(second.run({ type: "add-tasks", tasks }, by)).toMatchObject({
    refusal: { reason: "duplicate-id", hint: "choose another id, or holdfast task edit PARSE" },
  });
  expect(second.state.tasks.size).toBe(1);
});

test("files that were written while somebody else went on are written again, so that the last is never older", async () => {
  const { first, second, by } = await twoStores();
  valueOf(first.run({ type: "add-entry", kind: "log", text: "mine" }, by));
  valueOf(second.run({ type: "add-tasks", tasks: [{ title: "Late" }] }, by));
  valueOf(first.project());
  expect(readFileSync(join(first.layout.folder, "TODO_LIST.md"), "utf8")).toContain("Late");
  expect(JSON.parse(readFileSync(first.layout.head, "utf8"))).toMatchObject({ revision: first.state.revision });
});

test("a write whose outcome is unknown is tried again under its id, and takes effect once", async () => {
  const { first, second, by } = await twoStores();
  disk.failures = 6;
  valueOf(first.run({ type: "add-entry", kind: "log", text: "once" }, by));
  expect(disk.failures).toBe(0);
  valueOf(second.refresh());
  expect(second.state.entries.log.count).toBe(1);
});
