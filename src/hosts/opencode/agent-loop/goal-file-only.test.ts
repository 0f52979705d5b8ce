import * as files from "node:fs/promises";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { createGoalManagement } from "./goal-management.ts";

// As programs that were written for the interface do in their tests: three functions, and of paths no more than these.
vi.mock("node:fs/promises", () => ({ readFile: vi.fn(), writeFile: vi.fn(), mkdir: vi.fn() }));
vi.mock("node:path", () => ({ dirname: (path: string) => path.replace(/\/[^/]+$/, "") }));

const BASE = "/nowhere/at/all/.goals";
const context = {
  directory: "/nowhere/at/all",
  client: { session: { prompt: vi.fn(), todo: vi.fn() }, tui: { showToast: vi.fn() } },
};
const kept = new Map<string, string>();

beforeEach(() => {
  kept.clear();
  vi.mocked(files.mkdir).mockReset().mockResolvedValue(undefined);
  vi.mocked(files.writeFile)
    .mockReset()
    .mockImplementation(async (path, text) => void kept.set(path as string, text as string));
  vi.mocked(files.readFile)
    .mockReset()
    .mockImplementation(async (path) => {
      const text = kept.get(path as string);
      if (text === undefined) throw Object.assign(new Error("no such file"), { code: "ENOENT" });
      return text;
    });
});

const manage = () => createGoalManagement(context, { goalsBasePath: BASE });

describe("goals whose files are kept by somebody else", () => {
  test("are read and written by mkdir, readFile and writeFile, with the documented arguments", async () => {
    const goal = await manage().createGoal("session-123", "x", "y");
    expect(files.mkdir).toHaveBeenCalledWith(`${BASE}/session-123`, { recursive: true });
    expect(files.writeFile).toHaveBeenCalledWith(
      `${BASE}/session-123/goal.json`,
      JSON.stringify(goal, null, 2),
      "utf-8",
    );
    expect(await manage().readGoal("session-123")).toEqual(goal);
    expect((await manage().completeGoal("session-123"))?.status).toBe("completed");
    expect((await manage().validateGoal("session-123"))?.status).toBe("validated");
    expect(await manage().completeGoal("session-123")).toBeNull();
    expect(await manage().readGoal("session-456")).toBeNull();
  });

  test("can be cancelled", async () => {
    await manage().createGoal("session-123", "x", "y");
    await manage().cancelGoal("session-123", "no more");
    expect(await manage().readGoal("session-123")).toBeNull();
    expect(JSON.parse(kept.get(`${BASE}/session-123/goal.json`) ?? "")).toMatchObject({
      status: "cancelled",
      reason: "no more",
    });
  });

  test.each([
    ["torn", () => vi.mocked(files.readFile).mockResolvedValue("invalid json {")],
    ["forbidden", () => vi.mocked(files.readFile).mockRejectedValue(new Error("Permission denied"))],
    ["nothing", () => vi.mocked(files.readFile).mockResolvedValue(undefined as never)],
  ])("are none where what is read is %s", async (_, arrange) => {
    await manage().createGoal("session-123", "x", "y");
    arrange();
    expect(await manage().readGoal("session-123")).toBeNull();
  });

  test("cannot be set where the file system refuses", async () => {
    vi.mocked(files.writeFile).mockRejectedValue(new Error("Write failed"));
    await expect(manage().createGoal("session-123", "x", "y")).rejects.toThrow("Write failed");
    vi.mocked(files.mkdir).mockRejectedValue(new Error("Directory creation failed"));
    await expect(manage().createGoal("session-123", "x", "y")).rejects.toThrow("Directory creation failed");
  });
});
