import { existsSync } from "node:fs";
import { join, relative, sep } from "node:path";
import type { HostName } from "../../engine/hooks/host-event.ts";
import { ok, type Refusal, type Result } from "../../plan/refusal.ts";
import { locateGit } from "../../workspace/git-layout.ts";
import { realPathSoFar } from "../../workspace/real-path.ts";
import { applyChanges, isChange, planParts, readHostFile } from "./apply.ts";
import type { HostSetup, InstallFacts } from "./facts.ts";
import { findHosts, HOSTS, type FoundHost } from "./hosts.ts";
import { digestOf, readInstalled } from "./installed.ts";
import { keyOf, pathOfKey, planUninstall, type Change, type Part } from "./part.ts";
import { findPlaces, launcherOf, type Places } from "./places.ts";
import { copyProgram, lastingProgram, launcherPart, removeCopies, type LastingProgram } from "./program.ts";
import { enabledPlugin, jsonValue, tomlValue } from "./setting-values.ts";

export interface InstallRequest {
  /** The workspace's folder. */
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isShared: boolean;
  /** Those that are found where absent. */
  readonly hosts?: readonly HostName[];
}

/** What installing or uninstalling comes to. Nothing has been written. */
export interface HostsPlan {
  readonly places: Places;
  readonly hosts: readonly PlannedHost[];
  /** Every file that was looked at; `isChange` tells those that change. */
  readonly changes: readonly Change[];
  /** Files that cannot be changed; the others can. */
  readonly refusals: readonly Refusal[];
  readonly lasting?: LastingProgram;
  /** Folders of other workspaces that have Holdfast, and keep it. */
  readonly elsewhere?: readonly string[];
}

export interface PlannedHost {
  readonly name: HostName;
  readonly title: string;
  readonly notes: readonly string[];
  readonly parts: readonly Part[];
  readonly retired: readonly Part[];
}

/** Works out what the hosts need to have Holdfast. `program` is the running `holdfast.js`. */
export function planHosts(request: InstallRequest, program: string): Result<HostsPlan> {
  const places = findPlaces(request.env);
  if (!places.ok) return places;
  const hosts = chosenHosts(request, places.value).map((host): PlannedHost => {
    const { name, title } = host;
    return { name, title, retired: [], ...setupOf(host, factsOf(request, places.value)) };
  });
  const parts = unique(hosts.flatMap((host) => host.parts));
  if (parts.length === 0) return ok({ places: places.value, hosts, changes: [], refusals: [] });
  const lasting = lastingProgram(program, places.value);
  const all = [launcherPart(places.value, lasting.program, process.execPath), ...parts];
  const planned = planParts(all, places.value.data, "install");
  const leftovers = [
    ...hosts.flatMap(({ retired }) => retired),
    ...(request.isShared ? personalLeftovers(request, places.value, hosts) : []),
  ];
  const replaced = planParts(leftovers, places.value.data, "uninstall");
  return ok({
    places: places.value,
    hosts,
    changes: [...planned.changes, ...replaced.changes.filter(isChange)],
    refusals: [...planned.refusals, ...replaced.refusals],
    lasting,
  });
}

/** Works out how all that was put into hosts, for this workspace and for the account, comes out again. */
export function planRemoval(request: Omit<InstallRequest, "isShared">): Result<HostsPlan> {
  const places = findPlaces(request.env);
  if (!places.ok) return places;
  const chosen = HOSTS.filter(({ name }) => request.hosts === undefined || request.hosts.includes(name));
  const hosts = chosen.map((host): PlannedHost => {
    const parts = [true, false].flatMap((isShared) => {
      const { parts: present, retired = [] } = host.setup(factsOf({ ...request, isShared }, places.value));
      return [...present, ...retired];
    });
    return { name: host.name, title: host.title, notes: [], parts, retired: [] };
  });
  const parts = unique(hosts.flatMap((host) => host.parts));
  const planned = planParts(parts, places.value.data, "uninstall");
  const { changes } = planned;
  const launcher = launcherOf(places.value);
  // Earlier versions knew a file by its path alone, whatever several workspaces had in it.
  const own = new Set([launcher, ...parts.flatMap((part) => [keyOf(part), part.path])]);
  const others = [...readInstalled(places.value.data).receipts.keys()]
    .filter((key) => !own.has(key))
    .map(pathOfKey)
    .filter((path) => existsSync(path));
  const last =
    others.length === 0 && planned.refusals.length === 0
      ? [launcherPart(places.value, { path: "", version: "0" }, process.execPath)]
      : [];
  const gone = planParts(last, places.value.data, "uninstall").changes;
  const foreign = others.filter((path) => !parts.some((part) => part.path === path));
  const elsewhere = request.hosts === undefined ? [...new Set(foreign.map(workspaceOf))] : [];
  return ok({ places: places.value, hosts, changes: [...changes, ...gone], refusals: planned.refusals, elsewhere });
}

/** The folder that a file of a host's belongs to. */
const workspaceOf = (path: string): string =>
  /^(.+?)[\\/](?:\.(?:agents|claude|codex|git|mcp\.json|opencode)|(?:AGENTS|CLAUDE)\b)/.exec(path)?.[1] ?? path;

/** Does what was planned; the files that could not be written are named, the others are. */
export function carryOut(
  { changes, lasting, places }: HostsPlan,
  way: "install" | "uninstall",
): Result<readonly Refusal[]> {
  if (lasting?.copy !== undefined && changes.some(isChange)) {
    const copied = copyProgram(lasting.copy);
    if (!copied.ok) return copied;
  }
  if (changes.some(({ part, after }) => part.path === launcherOf(places) && after === undefined)) removeCopies(places);
  return applyChanges(changes, places.data, way);
}

/** What a host is to have here, seen what it has already: never the same thing in two ways. */
function setupOf(host: FoundHost, facts: InstallFacts): HostSetup {
  const wanted = host.setup(facts);
  const plugin = pluginOf(host.name, facts);
  if (plugin !== undefined) {
    const rule = wanted.parts.filter(({ kind }) => kind === "line");
    return { parts: rule, notes: [`the plugin ${plugin} is enabled and does the rest`] };
  }
  if (facts.isShared) return wanted;
  const shared = host.setup({ ...facts, isShared: true });
  const [first] = shared.parts;
  // In a home folder the repository's settings and one's own are the same file.
  const isOwn = wanted.parts.some(({ path }) => path === first?.path);
  if (first === undefined || isOwn || !isPresent(first, facts.places)) return wanted;
  return {
    ...shared,
    notes: [...shared.notes, "this repository has shared settings for it, which are kept up instead"],
  };
}

/** Whether something of ours is in a file, of whatever version. */
export function isPresent(part: Part, { data }: Places): boolean {
  const text = readHostFile(part.path);
  if (!text.ok) return false;
  const receipt = readInstalled(data).receipts.get(keyOf(part));
  const planned = planUninstall(part, text.value, receipt, digestOf);
  return planned.ok && isChange(planned.value);
}

/** The plugin of ours that a host has enabled, by its full name. */
export function pluginOf(name: HostName, { places, root }: Pick<InstallFacts, "places" | "root">): string | undefined {
  if (name === "codex") return enabledPlugin(tomlValue(join(places.codex, "config.toml"), ["plugins"]));
  if (name !== "claude") return undefined;
  const files = [
    join(places.claude, "settings.json"),
    ...["settings.json", "settings.local.json"].map((file) => join(root, ".claude", file)),
  ];
  return files.map((file) => enabledPlugin(jsonValue(file, ["enabledPlugins"]))).find((one) => one !== undefined);
}

export function factsOf({ root, isShared }: Pick<InstallRequest, "root" | "isShared">, places: Places): InstallFacts {
  const real = realPathSoFar(root);
  const git = locateGit(real);
  const prefix = git === undefined ? "" : relative(git.toplevel, real).split(sep).join("/");
  const exclude = git && { file: join(git.commonDir, "info", "exclude"), prefix: prefix === "" ? "" : `${prefix}/` };
  const hasStatusLine = [join(places.claude, "settings.json"), join(real, ".claude", "settings.json")].some(
    (file) => jsonValue(file, ["statusLine"]) !== undefined,
  );
  return { root: real, places, isShared, hasStatusLine, ...(exclude === undefined ? {} : { exclude }) };
}

/** What was for this account alone in this workspace, and would double what is shared. */
function personalLeftovers(request: InstallRequest, places: Places, hosts: readonly PlannedHost[]): readonly Part[] {
  const claude = HOSTS.find(({ name }) => name === "claude" && hosts.some((host) => host.name === name));
  const parts = claude?.setup(factsOf({ ...request, isShared: false }, places)).parts ?? [];
  return parts.filter(({ kind }) => kind !== "file");
}

function chosenHosts({ hosts, env }: InstallRequest, places: Places): readonly FoundHost[] {
  if (hosts !== undefined) return HOSTS.filter(({ name }) => hosts.includes(name));
  return findHosts(places, env["PATH"]);
}

/** Hosts that read the same files share them. */
const unique = (parts: readonly Part[]): readonly Part[] =>
  parts.filter((part, index) => parts.findIndex((other) => other.path === part.path && isSame(other, part)) === index);

/** Settings of one file may hold several things; what is all ours is one. */
const isSame = (a: Part, b: Part): boolean => a.kind === b.kind && (a.kind === "file" || a.what === b.what);
