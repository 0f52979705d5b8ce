import { omit } from "./omit.ts";
import type { Stamp } from "./record.ts";
import type { Check, Doubt } from "./check-state.ts";
import type { PlanState } from "./state.ts";

/** A person's word that a criterion holds, or that it may go. */
export interface SignOff {
  readonly why: string;
  readonly person: string;
  readonly at: number;
  readonly stamp: Stamp;
  /** Only ever shown, and in no snapshot. */
  readonly doubt?: Doubt;
}

/** What a reviewer last said of a criterion: a review, and no evidence. */
export interface CriterionVerdict {
  readonly reviewer: string;
  readonly verdict: "met" | "unmet";
  readonly why: string;
  /** Digest of what the plan's checkouts held when it was looked at. */
  readonly diff?: string;
  readonly at: number;
  readonly session: string;
  readonly person?: string;
  readonly stamp: Stamp;
}

/** An acceptance criterion of the brief. Its text never changes: another text is another criterion. */
export interface Criterion {
  /** What it goes by inside; checks name it so. */
  readonly uid: string;
  /** As people see it: the id that its text begins with, else `AC<n>`. */
  readonly id: string;
  readonly text: string;
  readonly signedOff?: SignOff;
  /** It left the brief while work was under way, and not by a person: it is asked for until a person agrees. */
  readonly takenOut?: { readonly at: number; readonly session: string };
  /** When all that is to prove it had first passed, whatever became of it since. */
  readonly provenAt?: number;
  /** The last of each reviewer. */
  readonly verdicts: readonly CriterionVerdict[];
  /** The record that gave it its text. */
  readonly stamp: Stamp;
}

type Known = Pick<PlanState, "criteria" | "mintedCriteria">;

/** `FR-003: …`, `AC-7: …`, `US1.2: …` */
const OWN_ID = /^([A-Z]{1,8}-?\d{1,6}(?:[.-]\d{1,6}){0,3}):/;

/**
 * The criteria of a brief that says these texts. A text that was there keeps its id and what was said of it; a new one
 * gets an id that no other has. `left` is who takes out what is gone, where that is to be agreed to.
 */
export function renewCriteria(
  { criteria, mintedCriteria }: Known,
  texts: readonly string[],
  by: { readonly uid: string; readonly stamp: Stamp; readonly left?: NonNullable<Criterion["takenOut"]> },
): Known {
  const waiting = new Map<string, Criterion[]>();
  for (const criterion of criteria) waiting.set(criterion.text, [...(waiting.get(criterion.text) ?? []), criterion]);
  const kept = texts.map((text) => waiting.get(text)?.shift());
  const gone = [...waiting.values()]
    .flat()
    .flatMap((criterion): readonly Criterion[] =>
      criterion.takenOut !== undefined
        ? [criterion]
        : by.left === undefined
          ? []
          : [{ ...criterion, takenOut: by.left }],
    );
  const taken = new Set(
    [...kept, ...gone].flatMap((one) => (one === undefined ? [] : [one.id.toLowerCase(), one.uid])),
  );
  let minted = mintedCriteria;
  const next = texts.map((text, index): Criterion => {
    const known = kept[index];
    if (known !== undefined) return comeBack(known);
    minted += 1;
    let id = OWN_ID.exec(text)?.[1];
    if (id === undefined || taken.has(id.toLowerCase())) id = freeId(taken, minted);
    const uid = taken.has(`${by.uid}.${index}`) ? `${by.uid}.${index}.${minted}` : `${by.uid}.${index}`;
    taken.add(id.toLowerCase()).add(uid);
    return { uid, id, text, verdicts: [], stamp: by.stamp };
  });
  return { criteria: [...next, ...gone], mintedCriteria: minted };
}

function freeId(taken: ReadonlySet<string>, from: number): string {
  let n = from;
  while (taken.has(`ac${n}`)) n += 1;
  return `AC${n}`;
}

/** Back in the brief: that a person agreed to its going says nothing of it now. */
function comeBack(criterion: Criterion): Criterion {
  if (criterion.takenOut === undefined) return criterion;
  return omit(criterion, "takenOut", "signedOff");
}

/** The text of a criterion for where its id stands beside it: without the id, if it begins with that. */
export const textBesideId = ({ id, text }: Pick<Criterion, "id" | "text">): string =>
  text.startsWith(`${id}:`) ? text.slice(id.length + 1).trimStart() : text;

/** Whatever the case: ids of criteria are unique without regard to it. */
export const criterionById = ({ criteria }: Pick<PlanState, "criteria">, id: string): Criterion | undefined =>
  criteria.find((criterion) => criterion.id.toLowerCase() === id.toLowerCase() || criterion.uid === id);

/** All that are asked for: those of the brief, and those whose going nobody has agreed to. */
export const askedCriteria = ({ criteria }: Pick<PlanState, "criteria">): readonly Criterion[] =>
  criteria.filter(({ takenOut, signedOff }) => takenOut === undefined || signedOff === undefined);

export const checksOfCriterion = ({ checks }: Pick<PlanState, "checks">, { uid }: Criterion): readonly Check[] =>
  checks.filter(({ criteria }) => criteria.includes(uid));

/** Whether a check is to prove a criterion for which there is no person's word. */
export const provesCriterion = (plan: Pick<PlanState, "criteria">, { criteria }: Pick<Check, "criteria">): boolean =>
  criteria.length > 0 && plan.criteria.some(({ uid, signedOff }) => signedOff === undefined && criteria.includes(uid));
