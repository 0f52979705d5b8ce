import { expect } from "vitest";
import { firstOf, inOrder } from "../../src/hosts/model-server/turn.ts";
import { connect } from "./kit/connect.ts";
import { HOSTS, timesIn, type Host } from "./kit/hosts.ts";
import { NEW_PLAN, untilOffered } from "./kit/plan-calls.ts";
import { describeOn, worldTest as test } from "./kit/world-test.ts";

const ways = HOSTS.map((from, at): readonly [Host, Host] => [from, HOSTS[(at + 1) % HOSTS.length]!]);

for (const [from, to] of ways) {
  describeOn([from.cli, to.cli], "a plan passed on", () => {
    test(`is begun in ${from.cli}, read and carried on in ${to.cli}`, async ({ world }) => {
      await connect(world);
      const next = { kind: "next", text: "write the test for leap years", file: "year.test.ts" };
      world.model.use(
        firstOf(
          inOrder({ calls: [from.tool("plan_write", NEW_PLAN)] }),
          untilOffered(from, "task"),
          inOrder(
            { calls: [from.tool("task", { action: "claim", id: "T1" })] },
            { calls: [from.tool("note", { kind: "output", task: "T1", text: "it is written and tested" })] },
            { calls: [from.tool("task", { action: "implemented", id: "T1" })] },
            { calls: [from.tool("task", { action: "done", id: "T1" })] },
            { calls: [from.tool("note", next)] },
          ),
        ),
      );
      const first = await from.open(world);
      await first.say("make a plan and begin");
      await first.end();

      const before = world.model.requests.length;
      world.model.use(
        inOrder(
          { calls: [to.tool("plan_read", { what: "context" })] },
          { calls: [to.tool("plan_write", { action: "switch", plan: "dates" })] },
          { calls: [to.tool("task", { action: "claim", id: "T2" })] },
        ),
      );
      const second = await to.open(world);
      await second.say("go on with the plan");
      await second.end();
      expect(timesIn(world.model.requests[before + 1], "write the test for leap years")).toBeGreaterThan(0);
      expect(JSON.parse(await world.did("task", "show", "T1", "--json")).task.status).toBe("done");
      expect(JSON.parse(await world.did("task", "show", "T2", "--json")).task).toMatchObject({ status: "in_progress" });
    });
  });
}
