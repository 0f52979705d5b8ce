import { join } from "node:path";
import { expect, test } from "vitest";
import { Clone } from "../../../test/kit/clone.ts";
import { makeRepository, tempDir, valueOf } from "../../workspace/git-fixture.ts";
import { PlanStore } from "./plan-store.ts";

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
