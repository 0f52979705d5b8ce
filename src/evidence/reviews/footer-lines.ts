/** Lines of what a model wrote, without the marks of Markdown that models put around them or leave out. */
export interface FooterLine {
  /** Text of a heading; a line that is bold as a whole and names a part of a review counts as one too. */
  readonly heading?: string;
  readonly indent: number;
  readonly isBullet: boolean;
  /** Without bullet, and without bold or code around all of it. */
  readonly text: string;
}

const FENCE = /^(?:`{3,}|~{3,})[^`]*$/;
const HEADING = /^#{1,6}\s+(.*?)\s*#*$/;
const BULLET = /^(?:[-*+•]|\d{1,3}[.)])\s+/;
const QUOTE = /^(?:>\s?)+/;

export function readFooterLines(text: string): readonly FooterLine[] {
  return text
    .replace(/^\ufeff/, "")
    .split(/\r\n|[\n\r\u2028\u2029]/)
    .map((line) => line.replace(QUOTE, "").trimEnd())
    .filter((line) => !FENCE.test(line.trim()))
    .map(readLine);
}

function readLine(line: string): FooterLine {
  const body = line.trimStart();
  const indent = line.length - body.length;
  const heading = HEADING.exec(body)?.[1];
  if (heading !== undefined) return { heading: bare(heading), indent, isBullet: false, text: bare(heading) };
  const bullet = BULLET.exec(body)?.[0];
  const text = unwrap(body.slice(bullet?.length ?? 0).trim());
  const isTitle = bullet === undefined && BOLD.test(body) && TITLE.test(bare(body));
  return { ...(isTitle ? { heading: bare(body) } : {}), indent, isBullet: bullet !== undefined, text };
}

const BOLD = /^(?:\*\*|__).+(?:\*\*|__):?$/;
/** What reviewers put in bold where a heading was asked for. */
const TITLE = /^(?:machine[ _]summary|summary|review: \S+|(?:critical|high|medium|low|advisory) findings)$/i;

const MARKS = ["**", "__", "`", "*", "_"] as const;

/** Without bold or code around the whole of it; what stands inside stays as it is. */
export function unwrap(text: string): string {
  for (const mark of MARKS) {
    if (text.length <= 2 * mark.length || !text.startsWith(mark) || !text.endsWith(mark)) continue;
    const inner = text.slice(mark.length, -mark.length);
    if (!inner.includes(mark)) return unwrap(inner.trim());
  }
  return text;
}

const bare = (heading: string): string =>
  heading
    .replaceAll(/[*_`]+/g, " ")
    .replace(/\s*:\s*$/, "")
    .replaceAll(/\s+/g, " ")
    .trim();

/** What a form says in place of a value: nobody filled it in. */
export const isPlaceholder = (text: string): boolean =>
  /^(?:\{[^{}]*\}|<[^<>]*>|\[[^[\]]*\]|\.{3}|…|[Nn])$/.test(text.trim());

/** What reviewers write where they have nothing to say. */
export const isNone = (text: string): boolean =>
  /^[\s*_`([-]*(?:none|n\/a|nothing|no(?: \w+)? (?:findings|issues))(?: (?:found|identified|at all))?[\s*_`)\].!-]*$/i.test(
    text,
  );
