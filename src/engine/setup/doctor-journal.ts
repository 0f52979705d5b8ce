import { join } from "node:path";
import { verifyJournal, type Finding as JournalFinding, type VerifyOptions } from "../../journal/verify.ts";
import { ok, refused, type Result } from "../../plan/refusal.ts";
import { readText } from "../../workspace/reading.ts";
import { fromRefusal, type DoctorOptions, type Finding, type Level } from "./doctor-finding.ts";
import { readFreshHead } from "../plans/fresh-head.ts";
import { factsLayout, planLayout, type PlanLayout } from "../layout.ts";
import { PlanStore } from "../plans/plan-store.ts";
import { filesOf } from "../plans/projection.ts";
import { isUnbegun } from "../plans/unbegun.ts";
import { isIntact, seal } from "../records/seal.ts";
import type { Workspace } from "../workspace.ts";

/** What looking at one journal came to. */
export interface Examined {
  readonly findings: readonly Finding[];
  /** The latest wall clock among its records; 0 where it has none. */
  readonly lastAt: number;
}

/** Of these one is enough: what is listed line by line is `journal verify`'s. */
const LISTED = 5;

/** The workspace's own journal. */
export function examineFacts(workspace: Workspace): Examined {
  const { journal: dir, second } = factsLayout(workspace.layout);
  const before = look(workspace, { dir, ...(second === undefined ? {} : { second }) });
  if (!before.ok) return { findings: [fromRefusal("workspace-journal", before.refusal)], lastAt: 0 };
  const facts = workspace.facts();
  if (!facts.ok) return { findings: [fromRefusal("workspace-journal", facts.refusal)], lastAt: 0 };
  const findings = toFindings("workspace-journal", before.value, () =>
    look(workspace, { dir, ...(second === undefined ? {} : { second }) }),
  );
  return { findings, lastAt: facts.value.state.updatedAt };
}

/** One plan: its journal, line by line, and the files made from it. */
export function examinePlan(workspace: Workspace, slug: string, options: DoctorOptions): Examined {
  const layout = planLayout(workspace.layout, slug);
  const { journal: dir, second, published } = layout;
  const again = () => look(workspace, { dir, published, ...(second === undefined ? {} : { second }) });
  const before = again();
  const check = `plan ${slug}`;
  const isNew = isUnbegun(workspace, slug);
  const rescue = isNew ? `holdfast plan new "<title>" --slug ${slug}` : `holdfast journal rescue --plan ${slug}`;
  if (!before.ok) return { findings: [fromRefusal(check, before.refusal)], lastAt: 0 };
  const store = PlanStore.open(workspace, slug);
  if (!store.ok) {
    const refusal = { hint: rescue, ...store.refusal };
    return { findings: [...toFindings(check, before.value, () => before), fromRefusal(check, refusal)], lastAt: 0 };
  }
  try {
    const { state, problems } = store.value;
    const known = new Set(before.value.map(({ reason }) => reason));
    const more = problems
      .filter(({ reason }) => !known.has(reason))
      .map(({ message, file }): Finding => ({ check, level: "damaged", message, place: file, hint: rescue }));
    const findings = [
      ...toFindings(check, before.value, again),
      ...more,
      // What a newer program has written, this one does not know well enough to judge; where records are gone, the
      // files may be all that is left of them.
      ...((store.value.tooOld ?? store.value.lost) === undefined
        ? checkFiles(store.value, layout, check, options)
        : []),
    ];
    const whole: Finding =
      state.status === "none"
        ? { check, ...(isNew ? NEVER_BEGUN : NO_JOURNAL), hint: rescue }
        : { check, level: "ok", message: `${state.revision} revisions, every line as it was written` };
    return { findings: findings.length === 0 ? [whole] : findings, lastAt: state.updatedAt };
  } finally {
    store.value.close();
  }
}

const NO_JOURNAL = { level: "damaged", message: "it has files but no journal" } as const;
const NEVER_BEGUN = { level: "note", message: "it was never begun: nothing was ever recorded of it" } as const;

function look(
  workspace: Workspace,
  where: Pick<VerifyOptions, "dir" | "second" | "published">,
): Result<readonly JournalFinding[]> {
  const identity = workspace.identity();
  if (!identity.ok) return identity;
  const key = workspace.key();
  try {
    return ok(verifyJournal({ clone: identity.value.id, ...where, ...(key === undefined ? {} : { key }) }));
  } catch (error) {
    return refused("damaged-journal", `a journal file cannot be read: ${(error as Error).message}`, {
      place: where.dir,
    });
  }
}

const ALL_ELSE = "holdfast journal verify lists all; holdfast journal rescue keeps what is whole";
/** The ways out where rescue is none: it cannot know what others wrote. */
const HINTS: ReadonlyMap<string, string> = new Map([
  ["published-differs", "git log -p on the published file shows who changed it; what it said before holds"],
  [
    "gap",
    "it comes with what that clone published: git pull, and git log on its published file where it was taken out",
  ],
]);
const MISSING_NAME = new Set(["first-name-missing", "second-name-missing"]);

/** Findings about a journal's lines, a few of each kind. A name that opening the journal has brought back is a note. */
function toFindings(
  check: string,
  found: readonly JournalFinding[],
  lookAgain: () => Result<readonly JournalFinding[]>,
): readonly Finding[] {
  const isNameMissing = found.some(({ reason }) => MISSING_NAME.has(reason));
  const again = isNameMissing ? lookAgain() : undefined;
  const left = again?.ok === true ? again.value : found;
  const counts = new Map<string, number>();
  const findings: Finding[] = [];
  for (const { reason, message, file, line, severity } of found) {
    const count = (counts.get(reason) ?? 0) + 1;
    counts.set(reason, count);
    if (count > LISTED) continue;
    const place = line === undefined ? file : `${file}:${line}`;
    const isBack = MISSING_NAME.has(reason) && !left.some((other) => other.reason === reason && other.file === file);
    const level = isBack ? "note" : levelOf(reason, severity);
    const hint = level === "damaged" ? { hint: HINTS.get(reason) ?? ALL_ELSE } : {};
    findings.push({ check, level, message: isBack ? `${message} It has been put back.` : message, place, ...hint });
  }
  for (const [reason, count] of counts) {
    if (count <= LISTED) continue;
    findings.push({
      check,
      level: "note",
      message: `${count - LISTED} more of ${reason}`,
      hint: "holdfast journal verify",
    });
  }
  return findings;
}

/** What a line lost is damage even where the fold goes on without it. */
function levelOf(reason: string, severity: JournalFinding["severity"]): Level {
  if (severity === "error" || reason === "torn-line" || reason === "gap") return "damaged";
  return MISSING_NAME.has(reason) ? "problem" : "note";
}

/** The files that people read: as the journal says, edited by hand, or behind. */
function checkFiles(store: PlanStore, layout: PlanLayout, check: string, { fix }: DoctorOptions): readonly Finding[] {
  const edited: string[] = [];
  const behind: string[] = [];
  for (const { name, render } of filesOf(store.state, undefined, store.workspace.settings)) {
    const found = readText(join(layout.folder, name));
    if (found === seal(render())) continue;
    if (found !== undefined && !isIntact(found)) edited.push(name);
    else behind.push(name);
  }
  if (readFreshHead(layout) === undefined) behind.push("head.json");
  if (edited.length === 0 && behind.length === 0) return [];
  const report = fix ? store.project({ isWhole: true }) : undefined;
  if (report?.ok === false) return [fromRefusal(check, report.refusal)];
  const saved = report?.ok === true ? report.value.edited.map(({ savedAs }) => savedAs) : [];
  const level = fix ? "fixed" : "note";
  const hint = fix ? {} : { hint: "holdfast doctor --fix saves what was edited beside it and writes the files again" };
  const findings: Finding[] = [];
  if (edited.length > 0) {
    const where = saved.length === 0 ? "" : `; that text is saved as ${saved.join(", ")}`;
    findings.push({ check, level, message: `edited by hand: ${edited.join(", ")}${where}`, ...hint });
  }
  if (behind.length > 0) findings.push({ check, level, message: `out of date: ${behind.join(", ")}`, ...hint });
  return findings;
}
