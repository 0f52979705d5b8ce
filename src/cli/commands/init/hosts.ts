import type { HostName } from "../../../engine/hooks/host-event.ts";
import type { HostsPlan } from "../../../hosts/install/install.ts";
import { ok, type Refusal, type Result } from "../../../plan/refusal.ts";
import { ask, canAsk } from "../../ask.ts";
import type { Context } from "../../command.ts";
import { dim, type Text } from "../../text.ts";
import { changesAsJson, changesOf, describeChanges, programFile, refusalLines } from "../hosts/show.ts";

export interface HostOptions {
  readonly hosts: readonly HostName[] | undefined;
  readonly isShared: boolean;
  readonly yes: boolean;
}

/** What became of the hosts. */
export interface HostsOutcome {
  readonly hosts: readonly string[];
  /** Whether the settings have all that they should have. */
  readonly isWritten: boolean;
  readonly changes: readonly unknown[];
  readonly refusals: readonly Refusal[];
}

const NO_HOSTS: HostsOutcome = { hosts: [], isWritten: false, changes: [], refusals: [] };

/** Puts Holdfast into the hosts of this machine, after showing what that means and asking. */
export async function initHosts(context: Context, root: string, options: HostOptions): Promise<Result<HostsOutcome>> {
  const { io, global, out } = context;
  const { carryOut, planHosts } = await import("../../../hosts/install/install.ts");
  const { hosts, isShared } = options;
  const planned = planHosts({ root, env: io.env, isShared, ...(hosts === undefined ? {} : { hosts }) }, programFile());
  // Without a home there are no settings; the workspace is made all the same, unless hosts were asked for.
  if (!planned.ok) return hosts === undefined ? ok(NO_HOSTS) : planned;
  const plan = planned.value;
  const names = plan.hosts.map(({ name }) => name);
  const changes = changesAsJson(plan);
  const count = changesOf(plan).length;
  if (!global.json && count > 0) for (const line of describeChanges(plan)) out.print(line);
  const isAgreed = count === 0 || options.yes || (!global.json && canAsk(io) && (await agrees(context, plan)));
  const done = isAgreed ? carryOut(plan, "install") : undefined;
  if (done?.ok === false) return done;
  const refusals = [...plan.refusals, ...(done?.value ?? [])];
  if (!global.json) for (const line of describe(plan, hosts, isAgreed, refusals)) out.print(line);
  if (!global.json && isAgreed && names.length > 0) for (const line of await nameless(context, plan)) out.print(line);
  return ok({ hosts: names, isWritten: isAgreed && refusals.length === 0, changes, refusals });
}

/** Agents are told of commands by the program's name. */
async function nameless({ io }: Context, { places }: HostsPlan): Promise<readonly Text[]> {
  const { hintOfName, isCalledByName } = await import("../../../hosts/install/hosts.ts");
  if (isCalledByName(io.env["PATH"])) return [];
  const { launcherOf } = await import("../../../hosts/install/places.ts");
  return [
    "agents call `holdfast` in their shell, and it is not on the path",
    dim(`  ${hintOfName(launcherOf(places))}`),
  ];
}

async function agrees({ io }: Context, plan: HostsPlan): Promise<boolean> {
  const titles = plan.hosts.map(({ title }) => title).join(", ");
  return !/^n/i.test(await ask(io, `Write this, so that ${titles} can use Holdfast? [Y/n] `));
}

function describe(
  plan: HostsPlan,
  hosts: HostOptions["hosts"],
  isAgreed: boolean,
  refusals: readonly Refusal[],
): readonly Text[] {
  const lines: Text[] = [];
  const count = changesOf(plan).length;
  for (const { title, notes, parts } of plan.hosts) {
    const isWhole = !parts.some(({ path }) => refusals.some(({ place }) => place?.startsWith(path)));
    const outcome = count === 0 ? "all there" : isAgreed ? "set up" : "not set up";
    if (parts.length > 0) lines.push(`${title}: ${isWhole ? outcome : "not all of it is there"}`);
    else lines.push(`${title}:`);
    for (const note of notes) lines.push(dim(`  ${note}`));
  }
  if (plan.hosts.length === 0 && hosts === undefined)
    lines.push(dim("no agent was found on this machine; holdfast init --host <names> sets one up all the same"));
  if (!isAgreed) lines.push("nothing was written for them: holdfast init --yes writes it");
  return [...lines, ...refusalLines(refusals)];
}
