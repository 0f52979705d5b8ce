import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { isAbsolute, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { keyFolder } from "./keys.ts";

let base: string;
let workspace: string;
beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), "holdfast-keys-")));
  workspace = join(base, "ws");
  mkdirSync(workspace);
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const home = () => join(base, "home");

describe("the folder of keys", () => {
  test("is the account's own state folder", () => {
    expect(keyFolder(workspace, { env: {}, platform: "linux", home: home() })).toEqual({
      ok: true,
      value: join(home(), ".local", "state", "holdfast", "keys"),
    });
    const moved = { XDG_STATE_HOME: join(base, "state") };
    expect(keyFolder(workspace, { env: moved, platform: "linux", home: home() })).toEqual({
      ok: true,
      value: join(base, "state", "holdfast", "keys"),
    });
    const local = { LOCALAPPDATA: join(base, "local"), ...moved };
    expect(keyFolder(workspace, { env: local, platform: "win32", home: home() })).toEqual({
      ok: true,
      value: join(base, "local", "holdfast", "keys"),
    });
  });

  test.each(["", "state", "./state"])("takes no XDG_STATE_HOME like %j, which would move with the caller", (given) => {
    const found = keyFolder(workspace, { env: { XDG_STATE_HOME: given }, platform: "linux", home: home() });
    expect(found).toMatchObject({ value: join(home(), ".local", "state", "holdfast", "keys") });
  });

  test("is refused inside the workspace, also through a link", () => {
    const within = { XDG_STATE_HOME: join(workspace, ".state") };
    expect(keyFolder(workspace, { env: within, platform: "linux" })).toMatchObject({
      refusal: { reason: "key-inside-workspace" },
    });
    symlinkSync(workspace, join(base, "link"));
    const through = { XDG_STATE_HOME: join(base, "link", "deep", "er") };
    expect(keyFolder(workspace, { env: through, platform: "linux" })).toMatchObject({
      refusal: { reason: "key-inside-workspace" },
    });
    expect(keyFolder(join(base, "link"), { env: within, platform: "linux" }).ok).toBe(false);
  });

  test("a workspace that is the whole home has no key there", () => {
    expect(keyFolder(base, { env: {}, platform: "linux", home: base }).ok).toBe(false);
  });

  test("without a home there is none, and the real account has one", () => {
    expect(keyFolder(workspace, { env: {}, home: "" })).toMatchObject({ refusal: { reason: "no-home" } });
    const real = keyFolder(workspace);
    expect(real.ok && isAbsolute(real.value)).toBe(true);
  });
});
