import { lowConfidences, type LowConfidence } from "../../../engine/plans/entries.ts";
import { perform } from "../../../engine/perform.ts";
import { CONFIDENT, taskById } from "../../../plan/graph.ts";
import { ok, refused, type Result } from "../../../plan/refusal.ts";
import type { PlanState } from "../../../plan/state.ts";
import type { Context, Input, Outcome, Run } from "../../command.ts";
import { readGivenText } from "../../given-text.ts";
import { page } from "../../paging.ts";
import { reportPerformed } from "../../performed.ts";
import { bold, inline, type Text } from "../../text.ts";
import { withPlan, withWorkspace } from "../../workspace.ts";
import type { confidence } from "../notes.ts";

type Options = Input<typeof confidence>["options"];

export const confidenceOrList: Run<typeof confidence> = async ({ args, options }, context) => {
  if (!options.low) return record(context, args.score, options.fence);
  if (args.score.length > 0 || options.fence !== undefined) {
    return refused("usage-contradiction", "--low lists: give nothing beside it");
  }
  return list(context, options);
};

interface Said {
  readonly task?: string;
  readonly score: number;
  readonly why: readonly string[];
}

const isScore = (word = ""): boolean => /^-?\d{1,3}$/.test(word);

/** `[task] score why…`. Two numbers in front are a task and a score only where there is such a task. */
function readWords(state: PlanState, [first, second, ...rest]: readonly string[]): Result<Said> {
  if (first === undefined) return missing("score", "say how sure you are, 1 to 5, and why");
  const isTask = isScore(second) && (!isScore(first) || taskById(state, first) !== undefined);
  if (isTask) return ok({ task: first, score: Number(second), why: rest });
  if (isScore(first)) return ok({ score: Number(first), why: second === undefined ? [] : [second, ...rest] });
  return missing("score", `a score from 1 to 5 follows the task ${JSON.stringify(first.slice(0, 80))}`);
}

const missing = (name: string, message: string): Result<never> =>
  refused("usage-missing-argument", `<${name}> is missing: ${message}`, {
    hint: "holdfast confidence T3 4 It has tests",
  });

async function record(context: Context, words: readonly string[], fence: string | undefined): Promise<Outcome> {
  return withWorkspace(context, async (workspace) => {
    const store = workspace.plan(context.global.plan);
    if (!store.ok) return store;
    const said = readWords(store.value.state, words);
    const { slug } = store.value;
    store.value.close();
    if (!said.ok) return said;
    if (fence !== undefined && said.value.task === undefined) {
      return refused("usage-contradiction", "--fence names an attempt at a task: say which before the score");
    }
    const why = await readGivenText(said.value.why, context.io, "why");
    if (!why.ok) return why;
    const { task, score } = said.value;
    const about = { ...(task === undefined ? {} : { id: task }), ...(fence === undefined ? {} : { fence }) };
    const performed = await perform(workspace, slug, { type: "record-confidence", score, why: why.value, ...about });
    if (!performed.ok) return performed;
    const { state } = performed.value;
    const target = task === undefined ? slug : (taskById(state, task)?.id ?? task);
    if (score < CONFIDENT) context.out.warn(advice(target, task !== undefined, score));
    return reportPerformed(context, performed.value, [`confidence in ${inline(target)}: ${score}/5`], {
      target,
      score,
    });
  });
}

function advice(target: string, isTask: boolean, score: number): string {
  const held = isTask ? `${target} is not done, and nothing builds on it,` : `${target} is not done`;
  return `${score}/5 is low: ${held} until it is higher, or a person runs holdfast waive confidence ${isTask ? target : "plan"} --why "…"`;
}

const list = (context: Context, options: Options): Promise<Outcome> =>
  withPlan(context, ({ state }) => {
    const { global, out } = context;
    const found = lowConfidences(state, CONFIDENT);
    if (global.json) return out.printJson(page(found, options));
    if (found.length === 0) return out.print("nothing is below 4");
    const shown = found.slice(options.offset ?? 0).map(lineOf);
    return out.printLines(shown, { limit: options.limit, all: options.all, more: "holdfast confidence --low --all" });
  });

const lineOf = ({ target, title, score, why, waived }: LowConfidence): Text => [
  `${score}/5 `,
  bold(inline(target)),
  ` ${inline(title)}: ${inline(why)}`,
  waived === undefined ? "" : ` (waived: ${inline(waived)})`,
];
