import { isAbsolute, join } from "node:path";
import { ok, refused, type Result } from "../../plan/refusal.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** Where the account's own settings lie. All absolute. */
export interface Places {
  readonly home: string;
  /** Holdfast's own: the launcher, copies of the program, what was installed. */
  readonly data: string;
  readonly claude: string;
  /** Where Claude Code keeps what it knows about projects. */
  readonly claudeState: string;
  readonly codex: string;
  readonly opencode: string;
  /** Skills that several hosts read. */
  readonly agents: string;
}

export function findPlaces(env: Env): Result<Places> {
  const home = env["HOME"] ?? env["USERPROFILE"];
  if (home === undefined || !isAbsolute(home)) {
    return refused("no-home", "This account has no home folder to keep settings in", { hint: "Set HOME" });
  }
  const given = (name: string): string | undefined => {
    const value = env[name];
    return value !== undefined && isAbsolute(value) ? value : undefined;
  };
  const claude = given("CLAUDE_CONFIG_DIR");
  return ok({
    home,
    data: join(given("XDG_DATA_HOME") ?? join(home, ".local", "share"), "holdfast"),
    claude: claude ?? join(home, ".claude"),
    claudeState: join(claude ?? home, ".claude.json"),
    codex: given("CODEX_HOME") ?? join(home, ".codex"),
    opencode: join(given("XDG_CONFIG_HOME") ?? join(home, ".config"), "opencode"),
    agents: join(home, ".agents"),
  });
}

/** The file that starts whichever program is there: all that the settings of hosts name. */
export const launcherOf = ({ data }: Places): string => join(data, "holdfast");
