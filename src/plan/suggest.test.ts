import { describe, expect, it } from "vitest";
import { hintNear, suggest } from "./suggest.ts";

describe("suggest", () => {
  const plans = ["alpha", "alpha-two", "beta", "billing-webhook", "gamma"];

  it("finds swapped, missing and wrong letters", () => {
    expect(suggest("alhpa", plans)).toEqual(["alpha"]);
    expect(suggest("beat", plans)).toEqual(["beta"]);
    expect(suggest("gama", plans)).toEqual(["gamma"]);
    expect(suggest("biling-webhok", plans)).toEqual(["billing-webhook"]);
  });

  it("finds by prefix, by a part, and without regard to case", () => {
    expect(suggest("bill", plans)).toEqual(["billing-webhook"]);
    expect(suggest("webhook", plans)).toEqual(["billing-webhook"]);
    expect(suggest("ALPHA", plans)[0]).toBe("alpha");
    expect(suggest("gamma-rays", plans)).toEqual(["gamma"]);
  });

  it("lists the nearest first, three at most, and none where nothing is near", () => {
    expect(suggest("task-1", ["task-2", "task-3", "task-4", "task-5"])).toHaveLength(3);
    expect(suggest("alph", ["alphabet", "alp", "alpha"])).toEqual(["alpha", "alphabet", "alp"]);
    expect(suggest("zebra", plans)).toEqual([]);
    expect(suggest("", plans)).toEqual([]);
  });

  it("is quick with a hostile name", () => {
    expect(suggest("x".repeat(1_000_000), ["y".repeat(1_000_000)])).toEqual([]);
  });

  it("makes a hint only where there is something to hint at", () => {
    expect(hintNear("alhpa", plans)).toEqual({ hint: "Did you mean alpha?" });
    expect(hintNear("zebra", plans)).toEqual({});
    expect(hintNear("zebra", plans, "holdfast plan list")).toEqual({ hint: "holdfast plan list" });
  });
});
