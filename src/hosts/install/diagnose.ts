import { fromRefusal, type DoctorOptions, type Finding } from "../../engine/setup/doctor-finding.ts";
import type { HostName } from "../../engine/hooks/host-event.ts";
import { readReceipts, type Receipt } from "../../engine/hooks/host-receipt.ts";
import { listed } from "../../plan/counted.ts";
import { isInside } from "../../workspace/contained-path.ts";
import { realPathSoFar } from "../../workspace/real-path.ts";
import { adapterOf } from "../adapters.ts";
import { isChange, readHostFile } from "./apply.ts";
import { personalCommand, personalGuard } from "./commands.ts";
import { findHosts, hintOfName, isCalledByName, type FoundHost } from "./hosts.ts";
import { digestOf, readInstalled } from "./installed.ts";
import { carryOut, factsOf, isPresent, planHosts, pluginOf, type HostsPlan } from "./install.ts";
import { isEdited, keyOf, type Part } from "./part.ts";
import { findPlaces, launcherOf, type Places } from "./places.ts";
import { askServer, costOf, versionOf } from "./probe.ts";
import { examineTrust } from "./examine-trust.ts";
import type { Ways } from "./facts.ts";
import { switchesOff } from "./switches.ts";

export interface HostsToExamine {
  /** The workspace's folder. */
  readonly root: string;
  /** Where one stands. */
  readonly cwd: string;
  /** Where its plans are; absent where there is no workspace. */
  readonly planning?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The running `holdfast.js`. */
  readonly program: string;
  readonly now: number;
}

/** Looks at the hosts of this machine: whether Holdfast is in them, whole and once, and what came of it last. */
export async function diagnoseHosts(asked: HostsToExamine, options: DoctorOptions): Promise<readonly Finding[]> {
  const places = findPlaces(asked.env);
  if (!places.ok) return [];
  const found = findHosts(places.value, asked.env["PATH"]);
  const findings: Finding[] = [];
  let isAnySetUp = false;
  for (const host of found) {
    const ways = waysInto(host, asked, places.value);
    isAnySetUp ||= ways.length > 0;
    findings.push(...examine(host, ways, asked, places.value, options));
  }
  if (isAnySetUp) findings.push(...(await examineProgram(asked, places.value)));
  return findings;
}

function waysInto({ name, setup }: FoundHost, { root }: HostsToExamine, places: Places): Ways {
  const personal = factsOf({ root, isShared: false }, places);
  const firstOf = (isShared: boolean): Part | undefined => setup({ ...personal, isShared }).parts[0];
  const isThere = (isShared: boolean): boolean => {
    const first = firstOf(isShared);
    // In a home folder the repository's settings and one's own are the same file.
    const isOwn = isShared && first?.path === firstOf(false)?.path;
    return first !== undefined && !isOwn && isPresent(first, places);
  };
  return [
    ...(pluginOf(name, personal) === undefined ? [] : (["plugin"] as const)),
    ...(isThere(false) ? (["personal"] as const) : []),
    ...(isThere(true) ? (["shared"] as const) : []),
  ];
}

const WAYS = { plugin: "its plugin", personal: "your own settings", shared: "the repository's settings" } as const;

function examine(
  host: FoundHost,
  ways: Ways,
  asked: HostsToExamine,
  places: Places,
  options: DoctorOptions,
): readonly Finding[] {
  const check = host.title;
  const version = host.program === undefined ? undefined : versionOf(host.program, asked.env);
  const what =
    host.program === undefined ? "its settings are here, but not the program" : (version ?? "it does not start");
  if (ways.length === 0) {
    const hint = host.name === "trae" ? "docs/hosts.md says how" : `holdfast init --host ${host.name}`;
    return [{ check, level: "note", message: `${what}; Holdfast is not in it`, hint }];
  }
  const findings: Finding[] = [];
  if (ways.length > 1) {
    const message = `Holdfast is in it ${ways.length} times (${ways.map((way) => WAYS[way]).join(" and ")}), so every hook runs as often`;
    findings.push({ check, level: "problem", message, hint: wayOut(host.name, ways) });
  }
  if (!ways.includes("plugin")) findings.push(...examineFiles(host, ways.includes("shared"), asked, places, options));
  findings.push(
    ...switchesOff(host.name, ways.includes("shared"), asked.root, places).map((found) => ({ check, ...found })),
  );
  if (findings.length === 0)
    findings.push({ check, level: "ok", message: `${what}; Holdfast is in it by ${WAYS[ways[0]!]}` });
  if (host.name === "codex") findings.push(...examineTrust(ways, asked.root, places));
  if (host.name === "claude" && !ways.includes("plugin")) findings.push(...examineFolder(asked));
  findings.push(...examineReceipts(host, asked));
  return findings;
}

/** Claude Code looks for hooks in the folder in which it is started, and in none above it. */
function examineFolder({ root, cwd }: HostsToExamine): readonly Finding[] {
  const [here, top] = [realPathSoFar(cwd), realPathSoFar(root)];
  if (here === top || !isInside(top, here)) return [];
  const message = `started in ${here} it has no hooks of ${top}, and is told nothing of a plan`;
  return [{ check: "Claude Code folder", level: "note", message, hint: `start it in ${top}, or take the plugin` }];
}

/** What leaves one of several ways; one's own settings are a project's in Claude Code, and all projects' elsewhere. */
function wayOut(name: HostName, ways: Ways): string {
  if (ways.includes("plugin")) {
    return `take the plugin out with the host's own command, or: holdfast uninstall --host ${name}`;
  }
  if (name === "claude") return "holdfast init --shared --host claude keeps the repository's only";
  const again = `holdfast init --shared --host ${name}`;
  return `holdfast uninstall --host ${name}, then ${again}: other projects then have it no more by your own settings`;
}

/** Whether everything that init would write is there. */
function examineFiles(
  { name, title: check }: FoundHost,
  isShared: boolean,
  { root, env, program }: HostsToExamine,
  places: Places,
  { fix }: DoctorOptions,
): readonly Finding[] {
  const planned = planHosts({ root, env, isShared, hosts: [name] }, program);
  if (!planned.ok) return [fromRefusal(check, planned.refusal)];
  const plan: HostsPlan = { ...planned.value, changes: planned.value.changes.filter(isChange) };
  const findings = plan.refusals.map((refusal) => fromRefusal(check, refusal));
  const { receipts } = readInstalled(places.data);
  for (const { part, before } of planned.value.changes) {
    if (!isEdited(part, before, receipts.get(keyOf(part)), digestOf)) continue;
    findings.push({ check, level: "note", message: `edited by hand, and left to you: ${part.path}` });
  }
  if (plan.changes.length === 0) return findings;
  const done = fix ? carryOut(plan, "install") : undefined;
  const failed = done === undefined ? [] : done.ok ? done.value : [done.refusal];
  const paths = plan.changes.map(({ part }) => part.path);
  const message = `missing or out of date: ${listed(paths.slice(0, 5), paths.length)}`;
  const isFixed = done !== undefined && failed.length === 0;
  findings.push({
    check,
    level: isFixed ? "fixed" : "problem",
    message,
    ...(isFixed ? {} : { hint: "holdfast doctor --fix" }),
  });
  return [...findings, ...failed.map((refusal) => fromRefusal(check, refusal))];
}

function examineReceipts({ name, title }: FoundHost, { planning, now }: HostsToExamine): readonly Finding[] {
  if (planning === undefined) return [];
  const check = `${title} sessions`;
  const receipts = readReceipts(planning).filter(({ host }) => host === name);
  if (receipts.length === 0) {
    return [
      { check, level: "note", message: "no session has been heard of here yet", hint: "start one, then look again" },
    ];
  }
  const latest = eventsOf(receipts[0]!).toSorted((a, b) => b.at - a.at)[0];
  const all = receipts.flatMap(eventsOf);
  const largest = Math.max(0, ...all.map(({ bytes }) => bytes));
  const limit = adapterOf(name)?.limits.bytes;
  const ago = latest === undefined ? "" : `, ${minutes(now - latest.at)} ago`;
  const size = limit === undefined ? "" : `; the most that was injected at once is ${largest} of ${limit} bytes`;
  const findings: Finding[] = [
    {
      check,
      level: "ok",
      message: `${receipts.length} heard of, the last event ${latest?.type ?? "unknown"}${ago}${size}`,
    },
  ];
  const failed = all.filter(({ error }) => error !== undefined).toSorted((a, b) => b.at - a.at)[0];
  if (failed !== undefined) {
    findings.push({
      check,
      level: "problem",
      message: `${failed.type} failed ${minutes(now - failed.at)} ago: ${failed.error}`,
    });
  }
  return findings;
}

interface EventOf {
  readonly type: string;
  readonly at: number;
  readonly bytes: number;
  readonly error?: string;
}

const eventsOf = ({ events }: Receipt): readonly EventOf[] =>
  Object.entries(events).flatMap(([type, event]) => (event === undefined ? [] : [{ type, ...event }]));

const minutes = (ms: number): string => (ms < 90_000 ? "a minute" : `${Math.round(ms / 60_000)} minutes`);

/** What the hosts start: whether it is there, answers, and what it costs. */
async function examineProgram({ root, env }: HostsToExamine, places: Places): Promise<readonly Finding[]> {
  const launcher = launcherOf(places);
  const check = "launcher";
  const text = readHostFile(launcher);
  if (!text.ok || text.value === undefined) return [];
  const version = versionOf(launcher, env);
  if (version === undefined) {
    const message = `${launcher} starts no program, so hooks do nothing`;
    const isOurs = readInstalled(places.data).receipts.get(launcher)?.after === digestOf(text.value);
    const hint = isOurs ? "holdfast init" : "it is not as Holdfast wrote it: move it away, then holdfast init";
    return [{ check, level: "problem", message, hint }];
  }
  const start = Math.round(costOf(personalCommand(launcher, "hook claude"), root, env));
  const guard = Math.round(costOf(personalGuard("$PWD", launcher, "claude", "shell"), "/", env));
  const findings: Finding[] = [
    {
      check,
      level: "ok",
      message: `starts ${version}; a session's start costs ${start} ms, a guard that is off ${guard} ms`,
    },
  ];
  if (!isCalledByName(env["PATH"])) {
    const message = "agents call `holdfast` in their shell, and it is not on the path";
    findings.push({ check: "command", level: "note", message, hint: hintOfName(launcher) });
  }
  const server = await askServer({ command: launcher, args: ["mcp"] }, root, env);
  findings.push(
    server === undefined
      ? {
          check: "MCP server",
          level: "problem",
          message: "it does not answer",
          hint: `see what it says: ${launcher} mcp`,
        }
      : {
          check: "MCP server",
          level: "ok",
          message: `answers in ${Math.round(server.ms)} ms with ${server.tools.length} ${server.tools.length === 1 ? "tool" : "tools"}`,
        },
  );
  return findings;
}
