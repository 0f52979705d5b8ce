import { readSync, writeSync } from "node:fs";
import { claim, must, openToy } from "../../src/journal/fixtures.ts";

/**
 * A process of its own that claims things. Arguments: the folder, the first thing's number and how many things.
 * Begins when it gets a byte, and tells each answer as soon as it has it: `<id> <status>`.
 */
const [dir = "", from = "0", count = "0"] = process.argv.slice(2);
const journal = openToy(dir, { stride: 20 });
writeSync(1, "ready\n");
readSync(0, Buffer.alloc(1));
for (let i = Number(from); i < Number(from) + Number(count); i++) {
  const draft = claim(`T${i}`, { at: Date.now() });
  writeSync(1, `${draft.id} ${must(journal.append(draft)).status}\n`);
  if (i % 5 === 0) must(journal.writeSnapshot());
}
