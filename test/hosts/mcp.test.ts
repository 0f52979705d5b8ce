import { expect } from "vitest";
import { firstOf, inOrder, type ModelRequest } from "../../src/hosts/model-server/turn.ts";
import { connect } from "./kit/connect.ts";
import { HOSTS, mentions, type Host } from "./kit/hosts.ts";
import { NEW_PLAN, untilOffered } from "./kit/plan-calls.ts";
import { describeOn, worldTest as test } from "./kit/world-test.ts";

for (const host of HOSTS) {
  describeOn([host.cli], "the tools of Holdfast", () => {
    test("offers one tool without a plan, and more when the model has made one", async ({ world }) => {
      await connect(world);
      world.model.use(inOrder({ calls: [host.tool("plan_write", NEW_PLAN)] }, { text: "made" }));
      const talk = await host.open(world);
      await talk.say("make a plan");
      await talk.say("what now");
      await talk.end();
      const [first] = world.model.requests;
      // What OpenCode gets from the plugin, the others get from the server.
      if (host.cli !== "opencode") expect(mentions(first, "Holdfast keeps plans")).toBe(true);
      // The others take the list of tools once a conversation, and so get it whole.
      if (host.cli === "claude") expect(ours(first, host)).toEqual([host.toolName("plan_write")]);
      expect(ours(world.model.requests.at(-1), host)).toContain(host.toolName("task"));
    });

    test("writes what the model does to the journal, as its session", async ({ world }) => {
      await connect(world);
      const next = { kind: "next", text: "write the test for leap years", file: "year.test.ts" };
      world.model.use(
        firstOf(
          inOrder({ calls: [host.tool("plan_write", NEW_PLAN)] }),
          untilOffered(host, "task"),
          inOrder({ calls: [host.tool("task", { action: "claim", id: "T1" })] }, { calls: [host.tool("note", next)] }),
        ),
      );
      const talk = await host.open(world);
      await talk.say("make a plan and begin");
      await talk.end();
      const { task } = JSON.parse(await world.did("task", "show", "T1", "--json"));
      expect(task).toMatchObject({ status: "in_progress" });
      expect(task.claim.session).toBe(talk.session);
      expect(await world.did("status")).toContain("leap years");
    });
  });
}

const ours = (request: ModelRequest | undefined, host: Host): readonly string[] =>
  (request?.tools ?? []).filter((name) => name.startsWith(host.toolName("")));
