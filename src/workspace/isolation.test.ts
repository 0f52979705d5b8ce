import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { makeRepository, refusalOf, tempDir, valueOf } from "./git-fixture.ts";
import { assessIsolation, type IsolationRequest } from "./isolation.ts";
import type { Checkout } from "./repositories.ts";

const worktree = (plan: string, repo: string): Checkout => ({
  repo,
  plan,
  mode: "worktree",
  path: `.worktrees/${plan}/${repo}`,
});

const workspace = (): Omit<IsolationRequest, "plan" | "written"> => {
  const root = tempDir();
  const ids = ["frontend", "backend", "docs"];
  for (const id of ids) makeRepository(join(root, id));
  return { root, repositories: ids.map((id) => ({ id, path: id })), recorded: [worktree("alpha", "frontend")] };
};

const alpha = { plan: "alpha", repos: ["frontend", "backend"] };
const beta = { plan: "beta", repos: ["frontend", "backend"] };

describe("assessIsolation", () => {
  it("names the conflict, with the command that resolves it", () => {
    const assessed = valueOf(assessIsolation({ ...workspace(), plan: beta, written: [alpha] }));
    expect(
      assessed.map(({ repo, isolation, conflictsWith, command }) => [repo, isolation, conflictsWith, command]),
    ).toEqual([
      ["frontend", "safe_shared", [], undefined],
      ["backend", "needs_worktree", ["alpha"], "holdfast worktree prepare --plan beta --repo backend"],
    ]);
  });

  it("sees the worktree that resolved it", () => {
    const base = workspace();
    const recorded = [...base.recorded, worktree("beta", "backend")];
    const assessed = valueOf(assessIsolation({ ...base, recorded, plan: beta, written: [alpha] }));
    expect(assessed.map(({ isolation }) => isolation)).toEqual(["safe_shared", "already_isolated"]);
  });

  it("takes no plan for its own rival, and none that nobody writes", () => {
    const base = workspace();
    const classes = (written: IsolationRequest["written"]) =>
      valueOf(assessIsolation({ ...base, plan: beta, written })).map(({ isolation }) => isolation);
    expect(classes([beta])).toEqual(["safe_shared", "safe_shared"]);
    expect(classes([])).toEqual(["safe_shared", "safe_shared"]);
  });

  it("takes a plan without a scope to be everywhere", () => {
    const everywhere = { plan: "gamma", repos: [] };
    const assessed = valueOf(assessIsolation({ ...workspace(), plan: everywhere, written: [alpha] }));
    expect(assessed.filter(({ isolation }) => isolation === "needs_worktree").map(({ repo }) => repo)).toEqual([
      "backend",
    ]);
  });

  it("counts what a rival with a broken scope does reach, and refuses a broken scope of one's own", () => {
    const broken = { plan: "alpha", repos: ["gone", "backend"] };
    const assessed = valueOf(assessIsolation({ ...workspace(), plan: beta, written: [broken] }));
    expect(assessed.map(({ isolation }) => isolation)).toEqual(["safe_shared", "needs_worktree"]);
    expect(refusalOf(assessIsolation({ ...workspace(), plan: broken, written: [] })).reason).toBe("unknown-repository");
  });
});
