import type { Change, PlanState } from "../plan/state.ts";
import { KEPT_CHANGES } from "../plan/state.ts";
import { describeChange } from "./change-line.ts";
import * as commands from "./commands.ts";
import { CLOSING_TAG, openingTag } from "./context-tags.ts";
import { listHotLines, type HotLine, type HotView } from "./hot-lines.ts";
import { addWeights, tokensOf, weigh, type Weight } from "./measure.ts";
import type { Survey } from "./survey.ts";

/** Neither is ever exceeded. Tokens are estimated from above (`estimateTokens`); `DEFAULT_TOKENS` where absent. */
export interface Budget {
  readonly tokens?: number;
  readonly bytes?: number;
}

export interface HotOptions extends HotView {
  readonly budget?: Budget;
}

export interface HotContext {
  /** Empty where there is nothing to say, or no room to say any of it. */
  readonly text: string;
  /** The plan's revision that it tells of. */
  readonly revision: number;
  /** Names of what there was no room for. */
  readonly left: readonly string[];
}

const DEFAULT_TOKENS = 350;

/**
 * The block that a model gets about its plan: facts by priority within a budget, in an order that never changes,
 * whole lines only, with what was left out named in the last one.
 */
export function renderHotContext(state: PlanState, options: HotOptions = {}, survey?: Survey): HotContext {
  return fit(openingTag(state), listHotLines(state, options, survey), options.budget, state.revision);
}

/**
 * What moved since a revision, by anyone but the session that reads it; empty where nothing did. Where the plan no
 * longer knows all that moved, the whole block.
 */
export function renderDelta(state: PlanState, sinceRevision: number, options: HotOptions = {}): HotContext {
  const { revision } = state;
  if (sinceRevision >= revision) return { text: "", revision, left: [] };
  const isComplete = state.changes.length < KEPT_CHANGES || state.changes[0]!.revision <= sinceRevision;
  if (!isComplete) return renderHotContext(state, options);
  const moved = state.changes.filter((change) => change.revision > sinceRevision && isOthers(change, options.session));
  if (moved.length === 0) return { text: "", revision, left: [] };
  return fit(openingTag(state, sinceRevision), listDeltaLines(state, moved, options), options.budget, revision);
}

const isOthers = ({ session }: Change, reader: string | undefined): boolean =>
  reader === undefined || session !== reader;

const SHOWN_CHANGES = 12;

function listDeltaLines(state: PlanState, moved: readonly Change[], options: HotOptions): readonly HotLine[] {
  const newest = moved.slice(-SHOWN_CHANGES).toReversed();
  const heads = listHotLines(state, options).filter(({ name }) => name === "next action" || name === "progress");
  const lines: HotLine[] = newest.map((change, at) => ({
    name: "older changes",
    label: "Changed",
    rank: 10 + at,
    texts: [describeChange(state, change, 200), describeChange(state, change, 60)],
  }));
  const older = moved.length - newest.length;
  if (older > 0) lines.push({ name: "older changes", label: "And", rank: 90, texts: [`${older} earlier changes`] });
  return [...heads, ...lines];
}

/** Takes lines in the order of their rank while they fit, each at the greatest length that does. */
function fit(opening: string, lines: readonly HotLine[], budget: Budget | undefined, revision: number): HotContext {
  const maxTokens = budget?.tokens ?? DEFAULT_TOKENS;
  const maxBytes = budget?.bytes ?? Infinity;
  const fits = (weight: Weight): boolean => weight.bytes <= maxBytes && tokensOf(weight) <= maxTokens;
  const chosen = new Map<HotLine, string>();
  let taken = weigh(`${opening}\n${CLOSING_TAG}`);

  const ranked = [...lines].sort((a, b) => a.rank - b.rank);
  // Naming all that is left must not itself eat a small budget.
  const all = weigh(leftLine(namesOf(lines)));
  const canName = tokensOf(all) * 3 <= maxTokens && all.bytes * 3 <= maxBytes;
  for (const line of ranked) {
    const names = namesOf(lines.filter((other) => other !== line && !chosen.has(other)));
    const reserve = names.length === 0 ? NOTHING : weighLine(canName ? leftLine(names) : SHORT_LEFT);
    for (const text of line.texts) {
      const weight = addWeights(taken, weighLine(`${line.label}: ${text}`));
      if (!fits(addWeights(weight, reserve))) continue;
      chosen.set(line, `${line.label}: ${text}`);
      taken = weight;
      break;
    }
  }

  const left = namesOf(lines.filter((line) => !chosen.has(line)));
  if (chosen.size === 0) return { text: "", revision, left };
  const last =
    left.length === 0 ? [] : [fits(addWeights(taken, weighLine(leftLine(left)))) ? leftLine(left) : SHORT_LEFT];
  const shown = lines.flatMap((line) => chosen.get(line) ?? []);
  return { text: [opening, ...shown, ...last, CLOSING_TAG].join("\n"), revision, left };
}

const NOTHING: Weight = { runs: 0, bytes: 0 };

/** A line with the break that sets it off. */
const weighLine = (line: string): Weight => weigh(`${line}\n`);

const SHORT_LEFT = `Left out: more (${commands.status})`;
const leftLine = (names: readonly string[]): string =>
  `Left out for room: ${names.join(", ")} (see \`${commands.status}\`)`;
const namesOf = (lines: readonly HotLine[]): readonly string[] => [...new Set(lines.map(({ name }) => name))];
