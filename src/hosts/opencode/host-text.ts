import type { News } from "./moving-part.ts";

/** Requests that are not the work: naming the conversation, summarising it. The host gives them no surroundings. */
export function isSideRequest(system: readonly unknown[]): boolean {
  const text = typeof system[0] === "string" ? system[0] : "";
  return !text.includes("<env>") && /\b(?:title generator|summari[sz]\w+)\b/i.test(text.slice(0, 400));
}

const BLOCK = /<holdfast-context[^>]*>\n([\s\S]*?)<\/holdfast-context>/g;
/** What the parts that go with every request say already. */
const SHOWN =
  /^(?:Plan|Goal|Done when|Constraints|Next(?: \(computed\))?|Progress|In hand|Ready|Blocked|Waits for a person|Last verification|Last decision|Last handoff|More|Left out(?: for room)?): /;

/** The goal of a session without a plan, which goes with every request too. */
const OWN_GOAL = /^Goal(?: completed, to be validated)?: .*\n?/gm;

/** Of what all hosts are told, what is not in the parts that go with every request. */
export function besidesPlan(context: string): News {
  const lines: string[] = [];
  const around = context.replace(BLOCK, (_, body: string) => {
    lines.push(...body.split("\n").filter((line) => line !== "" && !SHOWN.test(line)));
    return "";
  });
  const text = around.replace(OWN_GOAL, "").trim();
  return { lines, texts: text === "" ? [] : [text] };
}

/** The stable part in its tag; empty where there is nothing in it. */
export function frameStable(plan: string | undefined, lines: readonly string[]): string {
  if (lines.length === 0) return "";
  const attribute = plan === undefined ? "" : ` plan="${plan}"`;
  return [`<holdfast-plan${attribute}>`, ...lines, "</holdfast-plan>"].join("\n");
}

/** The lines of a plan's head that move, and the tag that names its revision. */
export function frameMoving(plan: string, revision: number, lines: readonly string[], isUpdate: boolean): string {
  const opening = `<holdfast-context plan="${plan}" revision="${revision}"${isUpdate ? ' changed="true"' : ""}>`;
  return [opening, ...lines, "</holdfast-context>"].join("\n");
}
