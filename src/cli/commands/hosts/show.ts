import { dirname, sep } from "node:path";
import type { HostName } from "../../../engine/hooks/host-event.ts";
import type { HostsPlan } from "../../../hosts/install/install.ts";
import type { Change } from "../../../hosts/install/part.ts";
import { ok, refused, type Refusal, type Result } from "../../../plan/refusal.ts";
import { suggest } from "../../../plan/suggest.ts";
import { refusalText } from "../../report.ts";
import { bold, dim, green, inline, red, type Text } from "../../text.ts";

const NAMES = ["claude", "codex", "opencode", "trae"] as const satisfies readonly HostName[];

/** The hosts of `--host claude,codex`; undefined where it was not given, none for `none`. */
export function readHosts(text: string | undefined): Result<readonly HostName[] | undefined> {
  if (text === undefined) return ok(undefined);
  const words = text
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "");
  if (words.length === 1 && words[0] === "none") return ok([]);
  const hosts: HostName[] = [];
  for (const word of words) {
    const host = NAMES.find((name) => name === word);
    if (host === undefined) {
      const near = suggest(word, [...NAMES]);
      return refused("unknown-host", `There is no host ${JSON.stringify(word.slice(0, 40))}`, {
        hint: near.length > 0 ? `did you mean ${near.join(", ")}?` : `one of ${NAMES.join(", ")}`,
      });
    }
    hosts.push(host);
  }
  return ok(hosts);
}

export const changesOf = ({ changes }: HostsPlan): readonly Change[] =>
  changes.filter(({ before, after }) => before !== after);

/** What would happen to each file, as a person reads it. */
export function describeChanges(plan: HostsPlan): readonly Text[] {
  const lines: Text[] = [];
  for (const [folder, files] of wholeFiles(plan)) {
    const [first] = files;
    const name = files.length === 1 ? first!.part.path : `${folder}${sep}`;
    const count = files.length === 1 ? "" : `${files.length} files, `;
    lines.push([bold(inline(name)), dim(` (${actOf(first!)}: ${count}${first!.part.what})`)]);
  }
  for (const change of changesOf(plan)) {
    const { part, pieces } = change;
    if (part.kind === "file") continue;
    lines.push([bold(inline(part.path)), dim(` (${actOf(change)}: ${part.what})`)]);
    for (const { act, line, text } of pieces) {
      lines.push(dim(`  line ${line}`));
      const [style, sign] = act === "added" ? [green, "+"] : [red, "-"];
      for (const one of text.split(/\r?\n/)) lines.push(style(`  ${sign} ${inline(one)}`));
    }
  }
  return lines;
}

const actOf = ({ before, after }: Change): string =>
  before === undefined ? "new" : after === undefined ? "removed" : "changed";

/** Files that are all ours, those of one kind together, by the folder that holds them. */
function wholeFiles(plan: HostsPlan): ReadonlyMap<string, readonly Change[]> {
  const groups = new Map<string, Change[]>();
  for (const change of changesOf(plan)) {
    if (change.part.kind !== "file") continue;
    const key = [...groups.keys()].find((folder) => {
      const [first] = groups.get(folder)!;
      return first!.part.what === change.part.what && actOf(first!) === actOf(change) && isNear(folder, change);
    });
    if (key === undefined) groups.set(dirname(change.part.path), [change]);
    else {
      const shared = commonFolder(key, dirname(change.part.path));
      const files = groups.get(key)!;
      groups.delete(key);
      groups.set(shared, [...files, change]);
    }
  }
  return groups;
}

/** Whether a file lies beside a folder's, or in one beside it. */
const isNear = (folder: string, { part }: Change): boolean =>
  commonFolder(folder, dirname(part.path)).length >= dirname(folder).length;

function commonFolder(a: string, b: string): string {
  const [x, y] = [a.split(sep), b.split(sep)];
  const length = x.findIndex((name, index) => name !== y[index]);
  return (length === -1 ? x : x.slice(0, length)).join(sep);
}

/** The same for programs. */
export const changesAsJson = (plan: HostsPlan): readonly unknown[] =>
  changesOf(plan).map((change) => ({
    path: change.part.path,
    what: change.part.what,
    act: actOf(change),
    pieces: change.pieces,
  }));

export const refusalLines = (refusals: readonly Refusal[]): readonly Text[] =>
  refusals.flatMap((refusal) => refusalText(refusal));

/** Where this program's file is. */
export const programFile = (): string =>
  typeof __filename === "string" ? __filename.replace(/[^/\\]*$/, "holdfast.js") : (process.argv[1] ?? "");
