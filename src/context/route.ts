import { omit } from "../plan/omit.ts";
import type { PlanState } from "../plan/state.ts";
import type { Head } from "./head.ts";
import { neutralizeLine } from "./neutralize.ts";

/** Why a prompt looks like other work than the plan's; each a fact that the model can weigh. */
export interface RouteEvidence {
  /** Words by which the person sets it apart. */
  readonly cue?: string;
  /** A file that it is about, of which the plan says nothing. */
  readonly path?: string;
}

/** What is known of the plan's work beside its texts. */
export interface RouteKnowledge {
  /** Files that this conversation has changed; any absolute or relative paths. */
  readonly files?: Iterable<string>;
}

/** Said of work, these set it apart; alone, words like "instead" or "new task" do not. */
const CUES: readonly RegExp[] = [
  /\b(?:an?other|a (?:completely |totally |very )?different|a (?:completely|totally|brand)[ -]new|a separate) (?:\w+ ){0,2}(?:project|plan|topic|feature request|assignment|codebase|repo(?:sitory)?)\b/i,
  /\b(?:an?other|a (?:completely |totally )?different|a separate|an unrelated) (?:task|issue|bug|problem|question|thing)\b/i,
  /\b(?:unrelated|not related|nothing to do) (?:to|with) (?:this|the|our|that)\b/i,
  /\b(?:completely|totally|entirely|something) (?:unrelated|else entirely)\b|\bunrelated(?: to (?:this|that))?\s*[:,]/i,
  /\b(?:forget|put aside|set aside|leave) (?:about )?(?:this|the|that|our) (?:plan|task|project) (?:for now|aside)?\b/i,
  /\bon a (?:completely |totally )?different note\b|\bswitch(?:ing)? (?:over )?to (?:a|an)?other (?:task|project|plan)\b/i,
  /换个(?:任务|项目|话题)|另(?:一个|外一个)(?:任务|项目|问题)|(?:跟|和|与)(?:这个|当前)?(?:任务|计划|项目)?无关|不相关的|新项目/,
];

/** Asking to go on is about the plan, unless a cue says otherwise. */
const FOLLOW_UP =
  /^\s*(?:please |ok(?:ay)?,? |yes,? |now )*(?:continue|keep going|go on|carry on|proceed|next|same task|follow up|继续|接着|按上面的)/i;

const PATH = /(?:^|[\s"'`(])((?:[\w.@-]+\/)+[\w.@-]+\.\w{1,8})\b/g;
const WORK =
  /\b(?:implement|build|create|add|refactor|debug|investigate|migrate|design|optimi[sz]e|fix|audit|rewrite|write|change|update|remove|rename|port)\b|实现|重构|修复|新增|迁移|优化|排查/i;

const COMMON = new Set(
  "about after again also another because before being between both cannot change check code could create default does doing done each else error every example feature file files first fixed found from full function general have help here implement instead into issue just keep know last later like line look made make makes making many more most much must name need needs never next once only open other over part please plan problem project read really right same should show since some something still such sure take task tasks test tests text than that their them then there these they thing things this those through time together under until update used user using value very want well were what when where which while will with within without work working would write your".split(
    " ",
  ),
);
const SHORTEST_WORD = 4;
const LONGEST_PROMPT = 8_000;
/** A prompt with fewer words of its own says too little to be told apart from anything. */
const LEAST_WORDS = 3;

/**
 * Evidence that a prompt is about other work than the plan's; undefined where there is none or anything in it speaks
 * for the plan. It judges words, so it is for the model to weigh, and never a reason to refuse or to switch.
 */
export function judgeRoute(prompt: string, head: Head, { files = [] }: RouteKnowledge = {}): RouteEvidence | undefined {
  const text = prompt.slice(0, LONGEST_PROMPT);
  if (text.trim() === "" || text.trimStart().startsWith("/") || namesTask(text, head)) return undefined;
  const words = wordsOf(text.toLowerCase());
  const shared = sharedWith(words, [textOf(head), ...files]);
  if (areMany(shared)) return undefined;
  const cue = CUES.map((pattern) => pattern.exec(text)?.[0]).find((found) => found !== undefined);
  if (cue !== undefined) return { cue: neutralizeLine(cue, 60) };
  if (shared.length > 0 || FOLLOW_UP.test(text) || words.length < LEAST_WORDS || !WORK.test(text)) return undefined;
  const paths = [...text.matchAll(PATH)].map(([, path = ""]) => path);
  const [strange] = paths;
  return strange === undefined ? undefined : { path: neutralizeLine(strange, 120) };
}

/**
 * Whether anything that the plan says, of which its head has but a part, speaks for a prompt; to be asked before
 * evidence is told, since all of a plan is much to look through.
 */
export function speaksOf(state: PlanState, prompt: string, { cue }: RouteEvidence): boolean {
  const text = prompt.slice(0, LONGEST_PROMPT);
  if ([...saidWords(text)].some((word) => state.ids.has(word))) return true;
  const shared = sharedWith(wordsOf(text.toLowerCase()), textsOf(state));
  return areMany(shared) || (cue === undefined && shared.length > 0);
}

/** Words that a prompt has in common with texts. */
function sharedWith(words: readonly string[], texts: readonly string[]): readonly string[] {
  const known = new Set(wordsOf(texts.join(" ").toLowerCase()));
  return words.filter((word) => known.has(word));
}

/** Two words, or a long one, are no chance. */
const areMany = (shared: readonly string[]): boolean => shared.length > 1 || shared.some((word) => word.length >= 8);

/** All that a plan says that names what it is about. */
function textsOf({ title, brief, tasks, nextAction, entries }: PlanState): readonly string[] {
  const ofTasks = [...tasks.values()].flatMap((task) => [
    task.title,
    task.description ?? "",
    ...task.steps.map((step) => step.text),
    ...task.touches,
    ...task.outputPaths,
  ]);
  const ofEntries = Object.values(entries).flatMap(({ recent }) =>
    recent.flatMap(({ text, files = [] }) => [text, ...files]),
  );
  return [
    title,
    ...Object.values(omit(brief, "nonGoals")).flat(),
    nextAction?.what ?? "",
    nextAction?.file ?? "",
    ...ofTasks,
    ...ofEntries,
  ];
}

/** Everything that the head says of the plan. */
function textOf({ slug, title, hot, nextAction, inHand, ready, blocked, recent }: Head): string {
  const tasks = [...inHand.top, ...ready.top, ...blocked.top].map((task) => `${task.id} ${task.title}`);
  return [slug, title, hot.text, nextAction?.what ?? "", nextAction?.file ?? "", ...tasks, ...recent].join(" ");
}

/** Whoever names a task of the plan means the plan. */
function namesTask(text: string, { inHand, ready, blocked, slug }: Head): boolean {
  const names = [slug, ...[...inHand.top, ...ready.top, ...blocked.top].map(({ id }) => id)];
  const said = saidWords(text);
  return names.some((name) => said.has(name.toLowerCase())) || /\bT\d+\b/.test(text);
}

const saidWords = (text: string): ReadonlySet<string> =>
  new Set(
    text
      .toLowerCase()
      .split(/[^\p{L}\p{N}._-]+/u)
      .map((word) => word.replace(/\.+$/, "")),
  );

/** The words that tell texts apart, each once, without their endings; of Chinese and Japanese every pair. */
function wordsOf(text: string): readonly string[] {
  const found = new Set<string>();
  for (const [word] of text.matchAll(/[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{N}]+/gu)) {
    if (word.length >= SHORTEST_WORD && !COMMON.has(word) && !/^\d+$/.test(word)) found.add(stemOf(word));
  }
  for (const [run] of text.matchAll(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]{2,}/gu)) {
    for (let at = 0; at + 2 <= run.length; at += 1) found.add(run.slice(at, at + 2));
  }
  return [...found];
}

const stemOf = (word: string): string => {
  const stem = word.replace(/(?:ings?|ers?|ed|es|s)$/, "");
  return stem.length >= SHORTEST_WORD ? stem : word;
};

/** The evidence as a line for the model. */
export function renderRoute({ cue, path }: RouteEvidence, { slug, title }: Pick<Head, "slug" | "title">): string {
  const seen = cue === undefined ? `it is about ${path}, of which the plan says nothing` : `it says "${cue}"`;
  return `Holdfast: this may be other work than the plan ${slug} ("${neutralizeLine(title, 80)}"): ${seen}. That is evidence and no verdict: if you agree, ask the person whether to note it for later, to do it beside the plan, or to begin another; if not, go on.`;
}
