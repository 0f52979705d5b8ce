import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { firstOf, inOrder, when } from "../../src/hosts/model-server/turn.ts";
import { connect } from "./kit/connect.ts";
import { HOSTS } from "./kit/hosts.ts";
import { describeOn, worldTest as test } from "./kit/world-test.ts";
import type { World } from "./kit/world.ts";

const ENDING = "I looked.\n\n### Machine Summary\nCRITICAL_COUNT: 1\nCRITICAL: src/dates.ts:3 the year is cut\n";

interface Row {
  readonly reviewers: readonly { readonly reviewer: string; readonly standing: string; readonly by: string }[];
  readonly findings: readonly { readonly id: string; readonly message: string }[];
}
const rowOf = async (world: World): Promise<Row> =>
  JSON.parse(await world.did("review", "list", "T1", "--json")).items[0] as Row;

for (const host of HOSTS) {
  describeOn([host.cli], "a subagent that is started for a review", () => {
    test("hands it in as it ends, and the conversation that did the work cannot", async ({ world }) => {
      await connect(world);
      // A login shell sets the path anew.
      writeFileSync(join(world.home, ".profile"), `export PATH=${world.env["PATH"]}\n`);
      await world.did("plan", "new", "Parse dates", "--slug", "dates");
      await world.did("task", "add", "Read the year", "--id", "T1", "--reviewer", "security");
      const talk = await host.open(world);
      const { session } = talk;
      await world.did("session", "bind", "dates", "--session", session);
      await world.did("task", "claim", "T1", "--session", session);
      await world.did("task", "implemented", "T1", "--session", session);
      const pass = "holdfast review add T1 --reviewer security --verdict passed; true";
      world.model.use(
        firstOf(
          when({ isSubagent: true }, (request) =>
            request.text.includes("Reviewer: security") ? { text: ENDING } : undefined,
          ),
          inOrder({ calls: [host.shell(pass)] }),
          host.spawn("Review: T1\nReviewer: security\nLook closely."),
        ),
      );
      await talk.say("go");
      await talk.end();
      expect(world.model.requests.map(({ text }) => text).join("\n")).toContain("cannot review attempt 1 of T1");
      const { reviewers, findings } = await rowOf(world);
      expect(reviewers).toMatchObject([{ reviewer: "security", standing: "blocked" }]);
      expect(reviewers[0]?.by.startsWith(`${session}+`)).toBe(true);
      expect(findings).toMatchObject([{ id: "R1", message: "src/dates.ts:3 the year is cut" }]);
    });
  });
}
