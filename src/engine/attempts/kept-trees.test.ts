import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compareTrees, readTree } from "../../evidence/tree/tree.ts";
import { makeRepository, tempDir, valueOf } from "../../workspace/git-fixture.ts";
import { keepTree, keptTree } from "./kept-trees.ts";

async function begin() {
  const root = makeRepository(join(tempDir(), "repo"), { "a.txt": "a\n", "ü\n.txt": "b\n" });
  makeRepository(join(root, "inner"), { "c.txt": "c\n" });
  const read = async () => valueOf(await readTree({ root, store: tempDir(), ignore: "", leaveOut: [], include: [] }));
  const tree = await read();
  const planning = tempDir();
  await keepTree(planning, tree);
  return { root, read, tree, planning, file: join(planning, ".local", "bases", tree.digest) };
}

test("a tree that was kept is the same again, repositories inside and strange names too", async () => {
  const { root, read, tree, planning } = await begin();
  const kept = await keptTree(planning, tree.digest);
  expect(kept?.entries).toEqual(tree.entries);
  writeFileSync(join(root, "inner", "c.txt"), "changed\n");
  rmSync(join(root, "a.txt"));
  expect(compareTrees(kept!, await read())).toMatchObject([
    { path: "a.txt", before: expect.stringMatching(/^100644 [0-9a-f]{40} 0$/) as string },
    { path: "inner/c.txt" },
  ]);
});

test("one that was changed, cut or is not there is not believed, nor is a name that is none", async () => {
  const { root, read, tree, planning, file } = await begin();
  const text = readFileSync(file, "utf8");
  writeFileSync(join(root, "a.txt"), "another\n");
  const another = await read();
  await keepTree(planning, another);
  const whole = readFileSync(join(planning, ".local", "bases", another.digest), "utf8");
  for (const bad of [whole, "", text.slice(0, -20), Buffer.from("5 5\nabcde").toString("base64"), "§"]) {
    writeFileSync(file, bad);
    expect(await keptTree(planning, tree.digest)).toBeUndefined();
  }
  expect(await keptTree(planning, "../../settings")).toBeUndefined();
  expect(await keptTree(planning, "0".repeat(64))).toBeUndefined();
});
