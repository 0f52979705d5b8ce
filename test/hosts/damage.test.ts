import { expect } from "vitest";
import { inOrder } from "../../src/hosts/model-server/turn.ts";
import { connect } from "./kit/connect.ts";
import { HOSTS, timesIn } from "./kit/hosts.ts";
import { describeOn, worldTest as test } from "./kit/world-test.ts";

for (const host of HOSTS) {
  describeOn([host.cli], "a session goes on", () => {
    test.for([
      ["every process of Holdfast is killed", "kill -9 $$", "hooks do nothing"],
      ["Holdfast prints what no host understands", "echo '{'; exit 0", "it does not answer"],
    ] as const)("where %s, and doctor tells", async ([, script, told], { world }) => {
      await connect(world);
      await world.did("plan", "new", "Parse dates", "--slug", "dates");
      world.replaceProgram(script);
      world.model.use(inOrder({ calls: [host.shell("echo hello > made.txt")] }, { text: "All made." }));
      const run = await host.run(world, "go");
      expect(run).toMatchObject({ code: 0, isLate: false });
      expect(run.stdout).toContain("All made.");
      expect(timesIn(world.model.requests[0], "<holdfast-context")).toBe(0);
      const doctor = await world.holdfast("doctor");
      expect(doctor.code).toBe(1);
      expect(doctor.stdout).toContain(told);
    });
  });
}
