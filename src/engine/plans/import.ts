import type { TaskInput } from "../../plan/commands.ts";
import { decide } from "../../plan/decide/decide.ts";
import { taskErrors } from "../../plan/decide/task-input.ts";
import { slugify } from "../../plan/names.ts";
import type { Author, CloneId, RecordId } from "../../plan/record.ts";
import { ok, refuse, type Refusal, type Result } from "../../plan/refusal.ts";
import { emptyPlan } from "../../plan/snapshot.ts";
import { createPlan, type NewPlan, type Switched, type SwitchOptions } from "./plans.ts";
import type { Performed } from "../perform.ts";
import { parsePlanDocument } from "../tasks/task-input.ts";
import type { Workspace } from "../workspace.ts";

export interface ImportOptions extends SwitchOptions {
  /** In place of the document's own. */
  readonly slug?: string;
}

export type Imported = Performed & Switched & { readonly warnings: readonly string[] };

/**
 * Makes a plan of a JSON or YAML document, all of it or nothing. `name` is what errors call the document; its ending
 * says which of the two it is.
 */
export async function importPlan(
  workspace: Workspace,
  document: { readonly text: string; readonly name: string },
  { slug, ...options }: ImportOptions = {},
): Promise<Result<Imported>> {
  const judge = (tasks: readonly TaskInput[]): readonly Refusal[] => taskErrors(emptyPlan(), tasks);
  const read = await parsePlanDocument(document.text, document.name, judge);
  if (!read.ok) return { ok: false, refusal: await withLines(read.refusal, document) };
  const { warnings, ...given } = read.value;
  const plan: NewPlan = { ...given, ...(slug === undefined ? {} : { slug }) };
  // Before anything is stashed or written: the document must make sense by itself.
  const flaw = findFlaw(plan, document.name);
  if (flaw !== undefined) return { ok: false, refusal: await withLines(flaw, document) };
  const made = await createPlan(workspace, plan, options);
  return made.ok ? ok({ ...made.value, warnings }) : made;
}

const NOBODY: Author = { session: "import:dry-run", role: "writer" };

/** What the plan's rules find wrong with a plan that is yet to be; undefined where they find nothing. */
function findFlaw(plan: NewPlan, name: string): Refusal | undefined {
  const command = { type: "create-plan", ...plan, slug: plan.slug ?? slugify(plan.title) } as const;
  const clone = "dry-run" as CloneId;
  const id = "dry-run" as RecordId;
  const place = {
    format: 1,
    id,
    clone,
    at: 0,
    time: 0,
    seen: {},
    prefix: [0, ""],
    ordinal: 1,
    effectiveTime: 0,
  } as const;
  const decision = decide(emptyPlan(), command, { ...place, by: NOBODY });
  if (!("refusal" in decision)) return undefined;
  const { refusal } = decision;
  const details = refusal.details ?? [refusal];
  const count = details.length === 1 ? "an error" : `${details.length} errors`;
  return refuse("bad-document", `${count} in ${name}; nothing was changed`, { details });
}

/** Adds the line to each place that names a value of the document. */
async function withLines(refusal: Refusal, { text, name }: { text: string; name: string }): Promise<Refusal> {
  const { locate } = await import("./document-place.ts");
  const lineOf = await locate(text);
  const add = (one: Refusal): Refusal => {
    const line = one.place === undefined ? undefined : lineOf(one.place);
    return line === undefined ? one : { ...one, place: `${one.place} (${name}:${line})` };
  };
  const { details } = refusal;
  return { ...add(refusal), ...(details === undefined ? {} : { details: details.map(add) }) };
}
