import { listed } from "../../../plan/counted.ts";
import { ok, refused } from "../../../plan/refusal.ts";
import { ask, canAsk } from "../../ask.ts";
import { exit, type Run } from "../../command.ts";
import { openWorkspace } from "../../workspace.ts";
import { dim, inline, type Text } from "../../text.ts";
import { changesAsJson, changesOf, describeChanges, readHosts, refusalLines } from "../hosts/show.ts";
import type { uninstall } from "../uninstall.ts";

export const takeOut: Run<typeof uninstall> = async ({ options }, context) => {
  const { global, out, io } = context;
  const hosts = readHosts(options.host);
  if (!hosts.ok) return hosts;
  const workspace = await openWorkspace(context);
  if (!workspace.ok) return workspace;
  const { root } = workspace.value.place;
  workspace.value.close();
  const { carryOut, planRemoval } = await import("../../../hosts/install/install.ts");
  const planned = planRemoval({ root, env: io.env, ...(hosts.value === undefined ? {} : { hosts: hosts.value }) });
  if (!planned.ok) return planned;
  const { refusals } = planned.value;
  const changes = changesAsJson(planned.value);
  if (changesOf(planned.value).length === 0 && refusals.length === 0) {
    return global.json ? out.printJson({ changes, refusals }) : out.print("nothing of Holdfast's is in any host");
  }
  if (!global.json) for (const line of describeChanges(planned.value)) out.print(line);
  if (!options.yes) {
    if (global.json || !canAsk(io)) {
      return refused("needs-decision", "Nothing was taken out: nobody can be asked here", {
        hint: "holdfast uninstall --yes",
      });
    }
    if (/^n/i.test(await ask(io, "Take these out? [Y/n] "))) {
      return refused("needs-decision", "Nothing was taken out", {
        hint: "holdfast uninstall --host <names> takes out less",
      });
    }
  }
  const done = carryOut(planned.value, "uninstall");
  if (!done.ok) return done;
  const failed = [...refusals, ...done.value];
  if (global.json) out.printJson({ changes, refusals: failed });
  else {
    for (const line of refusalLines(failed)) out.print(line);
    if (failed.length === 0) for (const line of outcome(planned.value.elsewhere ?? [])) out.print(line);
  }
  return failed.length === 0 ? ok(undefined) : exit(1);
};

const MOST_NAMED = 3;

function outcome(elsewhere: readonly string[]): readonly Text[] {
  const done = "Holdfast is out of the hosts; plans stay where they are";
  if (elsewhere.length === 0) return [done];
  const folders = listed(elsewhere.slice(0, MOST_NAMED), elsewhere.length);
  return [
    "Holdfast is out of the hosts for this workspace; plans stay where they are",
    dim(inline(`other workspaces have it still: ${folders}; holdfast uninstall there takes it out`)),
  ];
}
