import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { ok, refused, type Result } from "../plan/refusal.ts";
import { isInside } from "./contained-path.ts";
import { realPathSoFar } from "./real-path.ts";

/** Nobody but the account reads keys. */
export const KEY_FOLDER_MODE = 0o700;

export interface KeyPlace {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly platform?: NodeJS.Platform;
  /** The account's home; the real one by default. */
  readonly home?: string;
}

/**
 * The folder of the keys that show whether a journal was tampered with. Refused where it would lie inside the
 * workspace: a key beside what it seals seals nothing. Creates nothing.
 */
export function keyFolder(workspace: string, place: KeyPlace = {}): Result<string> {
  const base = stateFolder(place);
  if (base === undefined) {
    return refused("no-home", "This account has no home folder to keep a key in.", {
      hint: "Set XDG_STATE_HOME to a folder of this account, outside of any workspace.",
    });
  }
  const folder = join(base, "holdfast", "keys");
  if (isInside(realPathSoFar(workspace), realPathSoFar(folder))) {
    return refused("key-inside-workspace", `The key would lie inside the workspace, at ${folder}.`, {
      hint: "Set XDG_STATE_HOME to a folder outside of the workspace.",
      place: folder,
    });
  }
  return ok(folder);
}

function stateFolder({ env = process.env, platform = process.platform, home }: KeyPlace): string | undefined {
  const given = platform === "win32" ? env["LOCALAPPDATA"] : env["XDG_STATE_HOME"];
  // A relative one would mean another folder wherever we are called.
  if (given !== undefined && isAbsolute(given)) return given;
  const house = home ?? homeOf();
  if (house === undefined || !isAbsolute(house)) return undefined;
  return platform === "win32" ? join(house, "AppData", "Local") : join(house, ".local", "state");
}

function homeOf(): string | undefined {
  try {
    return homedir();
  } catch {
    return undefined;
  }
}
