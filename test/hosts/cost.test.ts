import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { countTokens } from "gpt-tokenizer/encoding/o200k_base";
import { expect } from "vitest";
import { HOSTS } from "./kit/hosts.ts";
import { projectRoot } from "./kit/root.ts";
import { describeOn, worldTest as test } from "./kit/world-test.ts";
import type { World } from "./kit/world.ts";

const TITLES = { claude: "Claude Code", codex: "Codex", opencode: "OpenCode" } as const;

/** What the page says that a session's first request has of ours, in tokens. */
function told(cli: keyof typeof TITLES): readonly number[] {
  const page = readFileSync(join(projectRoot, "docs", "hosts.md"), "utf8");
  const row = new RegExp(`^\\| ${TITLES[cli]} +\\| ([\\d,]+) +\\| ([\\d,]+) +\\|$`, "m").exec(page);
  return (row ?? []).slice(1).map((figure) => Number(figure.replace(",", "")));
}

/** Folders and ids are drawn anew each time, and take more or fewer tokens by what was drawn. */
function lastRequest(world: World): number {
  const sent = JSON.stringify(world.model.requests.at(-1)?.body);
  return countTokens(
    sent
      .replaceAll(dirname(world.home), "/tmp/holdfast")
      .replaceAll(/[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/gu, "id"),
  );
}

for (const host of HOSTS) {
  describeOn([host.cli], "all that is always before the model", () => {
    test("costs what the page says", async ({ world }) => {
      const sizes: number[] = [];
      const measure = async () => {
        await host.run(world, "hello");
        sizes.push(lastRequest(world));
      };
      await measure();
      await world.did("init", "--yes", "--host", HOSTS.map(({ cli }) => cli).join(","));
      await measure();
      await world.did("plan", "new", "Parse dates", "--slug", "dates");
      await measure();
      const [bare = 0, ...more] = sizes;
      const costs = more.map((size) => size - bare);
      const figures = told(host.cli);
      expect(figures).toHaveLength(2);
      // The page rounds to tens.
      for (const [at, figure] of figures.entries()) expect(Math.abs((costs[at] ?? 0) - figure)).toBeLessThan(10);
    });
  });
}
