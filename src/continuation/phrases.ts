import { prose } from "./prose.ts";

/** What a person's words mean for going on. Only plain prose counts: no code, no quotation. */

/** Words around a command that change nothing about it. */
const BEFORE = String.raw`(?:(?:ok(?:ay)?|please|pls|hey|hi|no|nope|yes|yeah|well|so|and|but|wait|oh|sorry|thanks|actually|just|can you|could you|would you|you can|you should|let'?s|i want you to|i need you to|i(?:'d| would) like you to|kindly|claude|codex|agent)[\s,:;-]+)*`;
const AFTER = String.raw`(?:[\s,]+(?:it|this|that|these|all|everything|now|here|there|please|pls|immediately|right|away|for|the|moment|today|at|once|thanks|thank you|working|work|continuing|going|and|wait|already|until|further|notice|i|say|so|task|tasks|goal|plan|operation|execution|run|loop|mission|after|current|step|turn|one|on|a|second|minute|me|my|review|approval|then|first))*`;

/** A stop, whatever is said beside it. The rest of the sentence may add when or what for, but nothing to be stopped. */
const STOPS: readonly RegExp[] = [
  sentence(String.raw`(?:stop|halt|pause|abort|cancel|terminate|quit|freeze)(?:[\s,]+(?:stop|halt))*`),
  sentence(String.raw`(?:stop|halt|quit) (?:doing (?:this|that|it|so)|what(?:ever)? you(?:'re| are) doing)`),
  // What follows says why, and is no list of things to be done: `stop, you are deleting my files`.
  new RegExp(
    String.raw`^${BEFORE}(?:stop|halt)${AFTER}(?:\s*[,:–—]+\s*|\s+-+\s+)(?:i|you|we|let me|this|that|it|there|something|what|why|no|do not|don'?t|please|wait|enough|never)(?:'[a-z]+)?\b`,
    "iu",
  ),
  sentence(
    String.raw`(?:do not|don'?t|stop) (?:continue|proceed|go on|carry on|keep going|do (?:this|that|it|anything))`,
  ),
  new RegExp(String.raw`^${BEFORE}wait (?:for|until|till) (?:me|my|i|we|us|our)\b(?!/)`, "iu"),
  new RegExp(
    String.raw`^${BEFORE}(?:let me|i(?:'ll| will| want to| need to)) (?:have a look|look|review|check|think)\b.*\b(?:first|before)\b`,
    "iu",
  ),
];

/** A stop where nothing else is said: before an instruction it is a turn of speech. */
const STOPS_ALONE: readonly RegExp[] = [
  sentence(String.raw`(?:hold on|hold off|hang on|stand by|stand down|wait)`),
  sentence(String.raw`(?:never ?mind|forget (?:it|this|that)|skip (?:this(?: one)?|it))`),
  sentence(String.raw`(?:do not|don'?t)`),
  sentence(String.raw`(?:that'?s|that is|this is|it'?s) (?:all|enough|it)`),
  sentence(String.raw`enough(?: (?:with |of )?(?:this|that))?`),
  sentence(String.raw`i(?:'ve| have)? changed my mind`),
  sentence(String.raw`on second thoughts?`),
];

const GO_SENTENCE = sentence(
  String.raw`(?:proceed|go ahead|go on|go|continue|carry on|keep going|keep working|resume|implement (?:it|this|the plan)|do it)`,
);
const NEXT = String.raw`(?: (?:with|to|on) (?:the |it|this|that|next|plan|task|tasks|work|implementation|implementing|execution|\s)*)?`;
const GO_WITH = new RegExp(
  String.raw`^${BEFORE}(?:proceed|go ahead|go on|continue|carry on|resume)(?: (?:and|then) (?:implement|do|build) (?:it|this|the plan))?${NEXT}${AFTER}$`,
  "iu",
);

function sentence(words: string): RegExp {
  return new RegExp(`^${BEFORE}${words}${AFTER}$`, "iu");
}

const sentencesOf = (text: string): readonly string[] =>
  prose(text)
    .replaceAll("’", "'")
    .split(/[.!?;\n…。！？]+/u)
    .map((part) => part.replace(/^[\s*_#>()-]+|[\s*_()-]+$/gu, ""))
    .filter((part) => part !== "");

/** Whether a person says that the agent should stop, rather than what it should do. */
export function asksToStop(prompt: string): boolean {
  const said = sentencesOf(prompt).filter(({ length }) => length <= LONGEST_SENTENCE);
  return said.some((one) => says(one, STOPS)) || isAll(sentencesOf(prompt), (part) => says(part, ALL_STOPS));
}

const LONGEST_SENTENCE = 200;
const ALL_STOPS: readonly RegExp[] = [...STOPS, ...STOPS_ALONE];

const says = (text: string, patterns: readonly RegExp[]): boolean =>
  text.length <= LONGEST_SENTENCE && (isOne(text, patterns) || saysOnly(text, (part) => isOne(part, patterns)));

const isOne = (text: string, patterns: readonly RegExp[]): boolean => patterns.some((pattern) => pattern.test(text));

/** Whether all that is said is what is looked for, or a mere yes. */
const isAll = (said: readonly string[], isWanted: (part: string) => boolean): boolean =>
  said.some(isWanted) && said.every((part) => isWanted(part) || isYes(part));

/** Whether all that stands between commas is what is looked for, or a mere yes. */
function saysOnly(said: string, isWanted: (part: string) => boolean): boolean {
  const parts = said.split(",").map((part) => part.trim());
  return parts.some(isWanted) && parts.every((part) => isWanted(part) || isYes(part));
}

/** Whether a prompt says nothing but that the agent should go on. */
export function asksToGoOn(prompt: string): boolean {
  if (prompt.length > 200) return false;
  return isAll(sentencesOf(prompt), (said) => isGo(said) || saysOnly(said, isGo));
}

const isGo = (part: string): boolean => GO_SENTENCE.test(part) || GO_WITH.test(part);
const isYes = (part: string): boolean =>
  /^(?:ok(?:ay)?|yes|yep|yeah|sure|fine|good|great|perfect|nice|thanks|thank you|looks? good(?: to me)?|lgtm|approved|sounds good)(?:[\s,]+(?:ok(?:ay)?|yes|please|thanks|good|great))*$/iu.test(
    part,
  );

/** A command of a host, or the prompt of the MCP server that Claude Code offers as one. */
const COMMAND = /^\s*[/$](?:holdfast(?:[:/-]|[ \t]+)|mcp__(?:plugin_[\w-]{0,80}_)?holdfast__)([a-z]+(?:-[a-z]+)*)\b/i;

/** A prompt of Holdfast's own by the command that was typed: its first word, e.g. `proceed`. */
export function holdfastCommand(prompt: string): string | undefined {
  const found = COMMAND.exec(prompt);
  return found?.[1]?.toLowerCase();
}
