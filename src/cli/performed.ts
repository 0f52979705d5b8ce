import type { Performed } from "../engine/perform.ts";
import type { Context } from "./command.ts";
import type { Text } from "./text.ts";

/**
 * Tells what a change of a plan came to: `lines` as text, or under --json the plan, its revision and record with `more`.
 * Where nothing was written, the advice that says why takes the place of `lines`.
 */
export function reportPerformed(
  { global, out }: Pick<Context, "global" | "out">,
  performed: Performed,
  lines: readonly Text[],
  more: Readonly<Record<string, unknown>> = {},
): void {
  const { slug, state, done, advice, edited } = performed;
  const record = done.findLast((one) => one.record !== undefined)?.record?.id ?? null;
  if (global.json) {
    const told = advice.length === 0 ? {} : { advice: advice.join("; ") };
    out.printJson({ plan: slug, revision: state.revision, record, ...told, ...more });
  } else {
    if (record !== null) for (const line of lines) out.print(line);
    for (const line of advice) out.print(line);
  }
  warnOfEdits(out, edited);
}

/** Files that somebody had edited by hand, and where their text went. */
export function warnOfEdits(out: Context["out"], edited: Performed["edited"]): void {
  for (const { file, savedAs } of edited) out.warn(`${file} was edited by hand; that text is saved as ${savedAs}`);
}
