import { describe, expect, test } from "vitest";
import { finish, planWith, type Copy } from "../../test/kit/plan.ts";
import { currentWave } from "./graph.ts";

const wavesOf = (copy: Copy) => [...copy.state.tasks.values()].map(({ id, wave }) => `${id}${wave}`).join(" ");

describe("waves", () => {
  test("are the layers of the graph, counted from one", () => {
    const copy = planWith(["A", "B", "C<A", "D<C,B", "E<B"]);
    expect(wavesOf(copy)).toBe("A1 B1 C2 D3 E2");
    expect(currentWave(copy.state)).toBe(1);
  });

  test("one that passed stays passed for what was in it, and what is added later joins the current one", () => {
    const copy = planWith(["A", "B<A", "C<B"]);
    finish(copy, "A");
    expect(copy.state.passedWaves).toBe(1);
    copy.do({
      type: "add-tasks",
      tasks: [
        { id: "X", title: "x" },
        { id: "Y", title: "y", parents: ["A"] },
        { id: "Z", title: "z", parents: ["B"] },
      ],
    });
    expect(wavesOf(copy)).toBe("A1 B2 C3 X2 Y2 Z3");
    finish(copy, "B");
    expect(copy.state.passedWaves).toBe(1);
    for (const id of ["X", "Y"]) finish(copy, id);
    expect(copy.state.passedWaves).toBe(2);
  });

  test("several pass at once where the later ones are empty already", () => {
    const copy = planWith(["A", "B", "C<B"]);
    finish(copy, "B");
    finish(copy, "C");
    expect(copy.state.passedWaves).toBe(0);
    finish(copy, "A");
    expect(copy.state.passedWaves).toBe(2);
    copy.do({ type: "add-tasks", tasks: [{ id: "D", title: "d" }] });
    expect(copy.task("D").wave).toBe(3);
  });

  test("one in which nothing was done, because all was dropped, begins again", () => {
    const copy = planWith(["A"]);
    copy.do({ type: "drop-task", id: "A" });
    expect(copy.state.passedWaves).toBe(0);
    copy.do({ type: "add-tasks", tasks: [{ id: "B", title: "b" }] });
    expect(copy.task("B").wave).toBe(1);
  });

  test("one that loses its last task to a later wave has passed", () => {
    const copy = planWith(["A", "B"]);
    finish(copy, "A");
    copy.do({ type: "reparent-task", id: "B", parents: ["A"] });
    expect(copy.task("B").wave).toBe(2);
    expect(copy.state.passedWaves).toBe(1);
  });

  test("follow new parents through all that depends on them, done tasks included", () => {
    const copy = planWith(["A", "B", "C<B", "D<C", "E<D"]);
    copy.do({ type: "reparent-task", id: "B", parents: ["A"] });
    expect(wavesOf(copy)).toBe("A1 B2 C3 D4 E5");
    copy.do({ type: "reparent-task", id: "C", parents: [] });
    expect(wavesOf(copy)).toBe("A1 B2 C1 D2 E3");
  });

  test("a dropped parent pushes nobody back, and one that is restored does again", () => {
    const copy = planWith(["A", "B<A", "C"]);
    copy.write([{ type: "task.dropped", task: copy.task("A").uid }]);
    copy.do({ type: "add-tasks", tasks: [{ id: "D", title: "d", parents: ["A"] }] });
    expect(copy.task("D").wave).toBe(1);
    copy.do({ type: "restore-task", id: "A" });
    expect(wavesOf(copy)).toBe("A1 B2 C1 D2");
  });

  test("work that is opened again joins the current wave and takes its children along", () => {
    const copy = planWith(["A", "B<A", "C<B", "D<C"]);
    finish(copy, "A");
    finish(copy, "B");
    copy.do({ type: "retry-task", id: "A" });
    expect(wavesOf(copy)).toBe("A3 B2 C3 D4");
    expect(copy.state.passedWaves).toBe(2);
    copy.do({ type: "retry-task", id: "B" });
    expect(wavesOf(copy)).toBe("A3 B4 C5 D6");
  });
});
