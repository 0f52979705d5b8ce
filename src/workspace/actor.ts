import { userInfo } from "node:os";
import { ok, refused, type Result } from "../plan/refusal.ts";
import { parseSessionKey } from "./session-key.ts";

/** Where the name of a session came from. */
export type ActorSource = "flag" | "env" | "host" | "shell";

/** Who is calling. */
export interface Actor {
  /** `<host>:<id>`, the same for the same conversation. */
  readonly session: string;
  readonly source: ActorSource;
  /** Set where the act was shown to be a person's. */
  readonly person?: string;
}

export interface ActorInput {
  /** `--session`, where it was given. */
  readonly flag?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The account's name; the real one by default. */
  readonly user?: string;
}

/** What each host sets for the programs it starts. The order decides where one host was started inside another. */
const HOST_VARIABLES: readonly (readonly [variable: string, host: string])[] = [
  ["CLAUDE_CODE_SESSION_ID", "claude"],
  ["CODEX_THREAD_ID", "codex"],
  ["OPENCODE_SESSION_ID", "opencode"],
  ["TRAE_SESSION_ID", "trae"],
];

/**
 * Names the caller: by flag, by HOLDFAST_SESSION, by what its host sets, or as a shell of its account. The same input
 * gives the same name. A name that was given and is none is refused: it never becomes another.
 */
export function findActor({ flag, env, user }: ActorInput): Result<Actor> {
  if (flag !== undefined) return actorFrom(flag, "flag", "--session");
  const pinned = env["HOLDFAST_SESSION"];
  if (pinned !== undefined && pinned !== "") return actorFrom(pinned, "env", "HOLDFAST_SESSION");
  for (const [variable, host] of HOST_VARIABLES) {
    const id = env[variable];
    if (id !== undefined && id !== "") return actorFrom(`${host}:${id}`, "host", variable);
  }
  return ok({ session: `shell:${encodeUser(user ?? accountName())}`, source: "shell" });
}

/** The account's name as the system knows it, whatever the environment says. */
export function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    // An account without an entry, as containers have them.
    return `uid-${process.getuid?.() ?? 0}`;
  }
}

function actorFrom(text: string, source: ActorSource, place: string): Result<Actor> {
  const session = parseSessionKey(text);
  if (session !== undefined) return ok({ session, source });
  return refused("malformed-session", `${place} does not name a session.`, {
    hint: "A session is named <host>:<id>, for example claude:4f1c22ab; the id has up to 128 letters, digits and . _ @ : + -",
    place,
  });
}

/** Different accounts stay different, whatever their names hold. */
function encodeUser(user: string): string {
  const encoded = user.replace(/[^A-Za-z0-9._@-]/gu, (char) => `+${char.codePointAt(0)!.toString(16)}+`);
  return encoded.slice(0, 128) || "unknown";
}
