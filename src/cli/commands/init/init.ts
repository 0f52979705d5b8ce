import { initWorkspace, planInit, type Initialized, type InitPlan } from "../../../engine/setup/init.ts";
import { refused } from "../../../plan/refusal.ts";
import { FOLDERS } from "../../../workspace/root.ts";
import { ask, canAsk } from "../../ask.ts";
import { exit, type Context, type Run } from "../../command.ts";
import { callerOf } from "../../workspace.ts";
import { bold, inline, type Text } from "../../text.ts";
import { readHosts } from "../hosts/show.ts";
import type { init } from "../init.ts";
import { initHosts } from "./hosts.ts";

export const initFolder: Run<typeof init> = async ({ options }, context) => {
  const { global, out } = context;
  const hosts = readHosts(options.host);
  if (!hosts.ok) return hosts;
  const planned = await planInit(callerOf(context), options.folder);
  if (!planned.ok) return planned;
  const { workspace } = planned.value;
  try {
    if (!options.yes && options.folder === undefined && !(await agreesToFolder(context, planned.value))) {
      return refused("needs-decision", "Nothing was made", { hint: "Name a folder: holdfast init --folder <name>" });
    }
    const made = await initWorkspace(planned.value, { track: options.track });
    if (!made.ok) return made;
    if (!global.json) for (const line of describe(made.value, planned.value.foreign)) out.print(line);
    const { shared: isShared, yes } = options;
    const put = await initHosts(context, made.value.root, { hosts: hosts.value, isShared, yes });
    if (!put.ok) return put;
    if (global.json) out.printJson({ ...made.value, foreign: planned.value.foreign ?? null, agents: put.value });
    else out.print(nextStep(made.value));
    return put.value.refusals.length === 0 ? undefined : exit(1);
  } finally {
    workspace.close();
  }
};

/** Whether another folder may be used, where another tool has the usual one. Who cannot be asked is told. */
async function agreesToFolder({ io, global }: Context, { foreign, workspace }: InitPlan): Promise<boolean> {
  if (foreign === undefined || global.json || !canAsk(io)) return true;
  const { folder } = workspace.place;
  const answer = await ask(io, `${foreign} holds another tool's files. Keep the plans in ${folder} instead? [Y/n] `);
  return !/^n/i.test(answer);
}

const DONE = { made: "made", restored: "restored", present: "already there:" } as const;

function describe(made: Initialized, foreign: string | undefined): readonly Text[] {
  const lines: Text[] = [[`${DONE[made.outcome]} `, bold(inline(made.planning))]];
  if (foreign !== undefined) lines.push(`${foreign} is another tool's and was left alone`);
  if (!made.isInGit && !FOLDERS.some((name) => name === made.folder)) {
    lines.push(`outside Git it is found with HOLDFAST_FOLDER=${made.folder}`);
  }
  lines.push(
    made.tracked
      ? "Git sees the published records: holdfast publish, then commit them with the code"
      : "it keeps itself out of Git; holdfast init --track shares plans between clones",
  );
  return lines;
}

const nextStep = ({ plans }: Initialized): Text =>
  plans.length === 0
    ? 'next: holdfast plan new "<title>"'
    : `next: holdfast status (plans here: ${plans.slice(0, 10).join(", ")}${plans.length > 10 ? ", …" : ""})`;
