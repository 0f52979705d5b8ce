import { mkdirSync, realpathSync, statSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { isCloneId, mintCloneId } from "../journal/ids.ts";
import type { CloneId } from "../plan/record.ts";
import { ok, refused, type Result } from "../plan/refusal.ts";
import { createExclusive, makeFolder, readSmallFile, writeIfChanged } from "./files.ts";
import { fingerprint } from "./fingerprint.ts";
import { machineFingerprint } from "./machine.ts";

/** Where a clone is; another place is another clone. */
export interface ClonePlace {
  /** Real path of `.planning`. */
  readonly path: string;
  /** Of the file system that it lies on. */
  readonly device: number;
  readonly host: string;
  /** Fingerprint of the machine's own id, where that can be read. */
  readonly machine?: string;
}

/** One copy of a workspace on one machine. */
export interface CloneIdentity extends ClonePlace {
  readonly id: CloneId;
  readonly mintedAt: number;
  /** Those that this folder carried before it was copied or moved, oldest first. */
  readonly former: readonly (ClonePlace & { readonly id: CloneId })[];
}

const NAME = "clone.json";
const KEPT_FORMER = 20;
/**
 * The identity of the clone whose `.planning` folder is given. Minted where there is none, and anew where the folder
 * is a copy or was moved; processes that do so at once agree on one. `second` is a folder, such as one in Git's common
 * directory, from which it is restored after `.local` was cleaned away.
 */
export function loadIdentity(planning: string, second?: string, now: number = Date.now()): Result<CloneIdentity> {
  const place = placeOf(planning);
  if (place === undefined) return refused("no-planning-folder", `There is no folder ${planning}.`, { place: planning });
  const local = makeFolder(place.path, ".local");
  if (!local.ok) return local;
  const found = findIdentity(join(local.value, NAME), second, place);
  const identity = found ?? mint(local.value, second, place, now);
  if (identity === undefined) {
    return refused("no-identity", `The identity of this clone could not be written.`, {
      hint: "See that the folder is writable and its disk has room.",
      place: local.value,
    });
  }
  keepSecond(second, identity);
  return ok(identity);
}

/** What the two files say, as long as it is about this place. */
function findIdentity(primary: string, second: string | undefined, place: ClonePlace): CloneIdentity | undefined {
  const own = readIdentity(primary);
  if (own !== undefined && isAt(own, place)) return own;
  if (own !== undefined || second === undefined) return undefined;
  const kept = readIdentity(join(second, NAME));
  if (kept === undefined || !isAt(kept, place)) return undefined;
  const restored = createExclusive(primary, textOf(kept));
  if (!restored.ok) return undefined;
  if (restored.value) return kept;
  // Somebody else was first, or what stands there is damaged.
  return readOwn(primary, place) ?? (writeIfChanged(primary, textOf(kept), { sync: true }).ok ? kept : undefined);
}

/**
 * Where a file of another place stands in the way, who replaces it is settled by creating one more, named for the
 * change from that identity to this place: whoever is second takes what the first wrote.
 */
function mint(local: string, second: string | undefined, place: ClonePlace, now: number): CloneIdentity | undefined {
  const primary = join(local, NAME);
  const text = readSmallFile(primary);
  const found = text === undefined ? undefined : parseIdentity(text);
  // Since it was looked for, somebody else has come to an agreement: a second one would undo it.
  if (found !== undefined && isAt(found, place)) return found;
  const before = found ?? (second === undefined ? undefined : readIdentity(join(second, NAME)));
  const former = before === undefined ? [] : [...before.former, formerOf(before)].slice(-KEPT_FORMER);
  const fresh: CloneIdentity = { id: mintCloneId(), ...place, mintedAt: now, former };
  if (text === undefined) {
    const created = createExclusive(primary, textOf(fresh));
    if (created.ok && created.value) return fresh;
    return created.ok ? readOwn(primary, place) : undefined;
  }
  const arbiter = join(local, `clone.${fingerprint(text)}-${fingerprint(JSON.stringify(place))}.json`);
  const created = createExclusive(arbiter, textOf(fresh));
  if (!created.ok) return undefined;
  const agreed = created.value ? fresh : readOwn(arbiter, place);
  if (agreed === undefined || !writeIfChanged(primary, textOf(agreed), { sync: true }).ok) return undefined;
  return agreed;
}

function keepSecond(second: string | undefined, identity: CloneIdentity): void {
  if (second === undefined) return;
  try {
    mkdirSync(second, { recursive: true });
    writeIfChanged(join(second, NAME), textOf(identity), { mode: 0o600 });
  } catch {
    // A spare that cannot be written costs nothing until it is needed.
  }
}

function placeOf(planning: string): ClonePlace | undefined {
  try {
    const path = realpathSync.native(planning);
    const stats = statSync(path);
    const machine = machineFingerprint();
    if (!stats.isDirectory()) return undefined;
    return { path, device: stats.dev, host: hostname(), ...(machine !== undefined && { machine }) };
  } catch {
    return undefined;
  }
}

function isAt(identity: ClonePlace, place: ClonePlace): boolean {
  const isOtherMachine =
    identity.machine !== undefined && place.machine !== undefined && identity.machine !== place.machine;
  return (
    identity.path === place.path && identity.device === place.device && identity.host === place.host && !isOtherMachine
  );
}

const readOwn = (path: string, place: ClonePlace): CloneIdentity | undefined => {
  const identity = readIdentity(path);
  return identity !== undefined && isAt(identity, place) ? identity : undefined;
};

function readIdentity(path: string): CloneIdentity | undefined {
  const text = readSmallFile(path);
  return text === undefined ? undefined : parseIdentity(text);
}

function parseIdentity(text: string): CloneIdentity | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isIdentity(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isIdentity(value: unknown): value is CloneIdentity {
  if (!isPlaced(value) || !("mintedAt" in value) || !("former" in value)) return false;
  return typeof value.mintedAt === "number" && Array.isArray(value.former) && value.former.every(isPlaced);
}

function isPlaced(value: unknown): value is ClonePlace & { id: CloneId } {
  if (typeof value !== "object" || value === null) return false;
  const { id, path, device, host, machine } = value as Record<string, unknown>;
  const isMachine = machine === undefined || typeof machine === "string";
  const hasPlace = typeof path === "string" && typeof device === "number" && typeof host === "string" && isMachine;
  return hasPlace && isCloneId(id);
}

const formerOf = ({ id, path, device, host, machine }: CloneIdentity): CloneIdentity["former"][number] => ({
  id,
  path,
  device,
  host,
  ...(machine !== undefined && { machine }),
});

const textOf = (identity: CloneIdentity): string => `${JSON.stringify(identity, null, 2)}\n`;
