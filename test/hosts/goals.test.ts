import { expect } from "vitest";
import { inOrder } from "../../src/hosts/model-server/turn.ts";
import { connect } from "./kit/connect.ts";
import { HOSTS, timesIn } from "./kit/hosts.ts";
import { describeOn, worldTest as test } from "./kit/world-test.ts";

const GOAL = "every date is parsed without a library";

for (const host of HOSTS) {
  describeOn([host.cli], "a goal", () => {
    test("that is set in the middle of a conversation is in the next request, and the next conversation's", async ({
      world,
    }) => {
      await connect(world);
      const talk = await host.open(world);
      await talk.say("hello");
      expect(timesIn(world.model.requests.at(-1), GOAL)).toBe(0);
      await world.did("goal", "set", GOAL, "--done-when", "the tests pass", "--session", talk.session);
      await talk.say("and now");
      expect(timesIn(world.model.requests.at(-1), GOAL)).toBe(1);
      await talk.say("again");
      expect(timesIn(world.model.requests.at(-1), GOAL)).toBe(1);
      await talk.end();

      const next = await host.open(world);
      world.model.use(inOrder({ text: "as you say" }));
      await next.say("what is there to do");
      expect(timesIn(world.model.requests.at(-1), GOAL)).toBe(1);
      expect(timesIn(world.model.requests.at(-1), "goal adopt")).toBeGreaterThan(0);
      await next.end();
    });
  });
}
