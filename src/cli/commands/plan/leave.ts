import type { SwitchOptions, Switched } from "../../../engine/plans/plans.ts";
import { refused, type Result } from "../../../plan/refusal.ts";
import { ask, canAsk } from "../../ask.ts";
import type { Context } from "../../command.ts";
import { inline, type Text } from "../../text.ts";

interface LeaveInput {
  readonly stash: boolean;
  readonly "allow-dirty": boolean;
  readonly steal: boolean;
  readonly shared: boolean;
  readonly observe?: boolean;
}

const switchOptionsOf = (options: LeaveInput): SwitchOptions => ({
  stash: options.stash,
  allowDirty: options["allow-dirty"],
  steal: options.steal,
  shared: options.shared,
  ...(options.observe === true ? { role: "observer" as const } : {}),
});

/**
 * Does what turns the caller to another plan. Where the present one has uncommitted changes and nothing was said about
 * them, a person at a terminal is asked; for anybody else that is a refusal with the ways out.
 */
export async function leaveFor<T>(
  { io, global }: Context,
  input: LeaveInput,
  attempt: (options: SwitchOptions) => Promise<Result<T>>,
): Promise<Result<T>> {
  if (input.stash && input["allow-dirty"]) {
    return refused("usage-contradiction", "--stash puts changes aside and --allow-dirty takes them along: choose one");
  }
  if (input.observe === true && input.steal) {
    return refused("usage-contradiction", "--steal makes a writer and --observe does not: choose one");
  }
  const options = switchOptionsOf(input);
  const first = await attempt(options);
  if (first.ok || first.refusal.reason !== "dirty-switch" || global.json || !canAsk(io)) return first;
  const answer = await ask(
    io,
    `${inline(first.refusal.message)}\n[s] put them aside (git stash)  [t] take them along  [c] cancel: `,
  );
  if (/^s/i.test(answer)) return attempt({ ...options, stash: true });
  if (/^t/i.test(answer)) return attempt({ ...options, allowDirty: true });
  return refused("needs-decision", "Nothing was changed", { hint: "--stash or --allow-dirty says it beforehand" });
}

/** What turning to a plan came to, in lines. */
export function describeSwitch({ bound, stashed }: Switched): readonly Text[] {
  return [
    ...stashed.map(({ repo, commit }) => `changes of ${repo} put aside: git stash, ${commit.slice(0, 12)}`),
    bound.as === "default" ? `${bound.plan} is what commands use now` : `this session is its ${bound.as}`,
  ];
}

export const switchJson = ({ bound, stashed }: Switched) => ({ as: bound.as, stashed });
