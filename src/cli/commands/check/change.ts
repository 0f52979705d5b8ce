import { parseDuration } from "../../../engine/duration.ts";
import { perform } from "../../../engine/perform.ts";
import { checkById } from "../../../plan/checks.ts";
import type { CheckInput, ClearableCheckField } from "../../../plan/commands.ts";
import { ok, refused, type Result } from "../../../plan/refusal.ts";
import type { Check } from "../../../plan/check-state.ts";
import type { Context, Input, Outcome, Run } from "../../command.ts";
import { reportPerformed } from "../../performed.ts";
import { bold, inline, type Text } from "../../text.ts";
import { withWorkspace } from "../../workspace.ts";
import type { add, drop, edit } from "../check.ts";
import { given } from "../task/report.ts";
import { commandLine, rowOf } from "./check-row.ts";

export const addOne: Run<typeof add> = ({ args: { id }, options }, context) => {
  const fields = fieldsOf(options, context.rest);
  if (!fields.ok) return Promise.resolve(fields);
  if (fields.value.kind === undefined) {
    return Promise.resolve(refused("usage-missing-option", "--kind says what counts: command (its exit code alone)"));
  }
  if (fields.value.command === undefined) {
    return Promise.resolve(
      refused("usage-missing-argument", "what it runs follows --", { hint: `holdfast check add ${id} … -- npm test` }),
    );
  }
  return change(context, { type: "add-check", check: id, fields: fields.value }, id, "added");
};

export const editOne: Run<typeof edit> = ({ args: { id }, options }, context) => {
  const fields = fieldsOf(options, context.rest);
  if (!fields.ok) return Promise.resolve(fields);
  const { clear } = options;
  const fieldsCleared = clear.flatMap((field): readonly ClearableCheckField[] => {
    if (field === "passes") return ["passes", "runs"];
    return [field === "with-repo" ? "withRepos" : field];
  });
  const cleared = clear.length === 0 ? {} : { clear: fieldsCleared };
  return change(context, { type: "edit-check", check: id, fields: fields.value, ...cleared }, id, "changed");
};

export const dropOne: Run<typeof drop> = ({ args: { id }, options }, context) =>
  withWorkspace(context, async (workspace) => {
    const done = await perform(workspace, context.global.plan, { type: "drop-check", check: id, ...given(options) });
    return done.ok ? reportPerformed(context, done.value, [["dropped check ", bold(inline(id))]], { check: id }) : done;
  });

function change(context: Context, wanted: Parameters<typeof perform>[2], id: string, word: string): Promise<Outcome> {
  return withWorkspace(context, async (workspace) => {
    const done = await perform(workspace, context.global.plan, wanted);
    if (!done.ok) return done;
    const { state } = done.value;
    const check = checkById(state, id)!;
    return reportPerformed(context, done.value, [describe(check, word)], { check: rowOf(state, check) });
  });
}

const describe = (check: Check, word: string): Text => [`${word} check `, bold(check.id), `: ${commandLine(check)}`];

type Options = Input<typeof add>["options"] | Input<typeof edit>["options"];

function fieldsOf(options: Options, rest: readonly string[]): Result<CheckInput> {
  const { kind, task, shell, repo, dir, env, timeout, exit, report, match, output, scope, exclusive } = options;
  if (shell !== undefined && rest.length > 0) {
    return refused("usage-contradiction", "--shell and -- both say what it runs: choose");
  }
  const variables = readVariables(env);
  if (!variables.ok) return variables;
  const timeoutMs = timeout === undefined ? undefined : parseDuration(timeout);
  if (timeout !== undefined && timeoutMs === undefined) {
    return refused("usage-bad-value", `--timeout takes a time like 90s, 15m or 2h, not ${JSON.stringify(timeout)}`);
  }
  const command = shell === undefined ? (rest.length === 0 ? undefined : rest) : [shell];
  const counts = readPasses(options.passes);
  if (!counts.ok) return counts;
  return ok(
    given({
      ...counts.value,
      kind,
      command,
      shell: command === undefined ? undefined : shell !== undefined,
      tasks: task.length === 0 ? undefined : task,
      criteria: options.criterion.length === 0 ? undefined : options.criterion,
      plan: options["for-plan"] ? true : undefined,
      waves: options["for-waves"] ? true : undefined,
      repo,
      withRepos: options["with-repo"].length === 0 ? undefined : options["with-repo"],
      dir,
      env: variables.value,
      timeoutMs,
      exit,
      minTests: options["min-tests"],
      report,
      match,
      outputs: output.length === 0 ? undefined : output,
      scope: scope.length === 0 ? undefined : scope,
      exclusive: exclusive ? true : undefined,
    }),
  );
}

function readPasses(text: string | undefined): Result<Pick<CheckInput, "passes" | "runs">> {
  if (text === undefined) return ok({});
  const [, passes, runs] = /^(\d)\/(\d)$/.exec(text) ?? [];
  if (passes !== undefined && runs !== undefined) return ok({ passes: Number(passes), runs: Number(runs) });
  return refused(
    "usage-bad-value",
    `--passes takes how many of how many, like 2/3, not ${JSON.stringify(text.slice(0, 80))}`,
  );
}

function readVariables(list: readonly string[]): Result<Readonly<Record<string, string>> | undefined> {
  if (list.length === 0) return ok(undefined);
  const variables = new Map<string, string>();
  for (const one of list) {
    const [, name = "", value = ""] = /^([A-Za-z_][A-Za-z0-9_]*)=([\s\S]*)$/.exec(one) ?? [];
    if (name === "")
      return refused("usage-bad-value", `--env takes name=value, not ${JSON.stringify(one.slice(0, 80))}`);
    variables.set(name, value);
  }
  return ok(Object.fromEntries(variables));
}
