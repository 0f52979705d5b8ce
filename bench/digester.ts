/** Digests a tree over and over, a line of input each: `node digester.mjs <root> <store>`. Prints how long each took. */
import { createInterface } from "node:readline";
import { readTree } from "../src/evidence/tree/tree.ts";

const [root = "", store = ""] = process.argv.slice(2);

for await (const _ of createInterface({ input: process.stdin })) {
  const from = performance.now();
  const tree = await readTree({ root, store, ignore: "", leaveOut: [".planning"], include: [] });
  const tookMs = performance.now() - from;
  if (!tree.ok) throw new Error(tree.refusal.message);
  const megabytes = process.resourceUsage().maxRSS / 1024;
  process.stdout.write(`${JSON.stringify({ tookMs, megabytes, digest: tree.value.digest })}\n`);
}
