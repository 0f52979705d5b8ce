import { neutralizeLine } from "../../context/neutralize.ts";
import { isoTime } from "../../context/time.ts";
import { readAcceptance, type AcceptanceRow } from "../../engine/proof/acceptance.ts";
import type { PlanStore } from "../../engine/plans/plan-store.ts";
import { ok, type Result } from "../../plan/refusal.ts";
import type { Answer } from "../answer.ts";
import { withCalls } from "../way-out.ts";
import { given } from "./fields.ts";

const LISTED = 50;

/** Each acceptance criterion with how it stands on the tree as it is: as text what is proven, what is left and its way out. */
export async function answerAcceptance(store: PlanStore): Promise<Result<Answer>> {
  const rows = await readAcceptance(store);
  if (!rows.ok) return rows;
  const total = rows.value.length;
  const proven = rows.value.filter(({ condition }) => condition.isMet).length;
  const shown = rows.value.slice(0, LISTED);
  const more = total - shown.length;
  const lines = [
    `${proven} of ${total} proven`,
    ...shown.flatMap(describe),
    ...(more > 0 ? [`… ${more} more: holdfast plan acceptance`] : []),
  ];
  return ok({ text: lines.join("\n"), data: { plan: store.slug, proven, total, criteria: shown.map(asData) } });
}

function describe({ condition, reviews }: AcceptanceRow): readonly string[] {
  const { isMet, says, way } = condition;
  const wayOut = isMet || way === undefined ? "" : ` → ${withCalls(way)}`;
  const judged = reviews.map(({ reviewer, verdict, why, isStale }) => {
    const stale = isStale ? ", of other content than is there now" : "";
    return `  ${neutralizeLine(reviewer, 64)} says ${verdict} (a review, no evidence${stale}): ${neutralizeLine(why, 200)}`;
  });
  return [`${isMet ? "proven" : "open"}: ${neutralizeLine(says, 400)}${wayOut}`, ...judged];
}

const asData = ({ criterion, condition, checks }: AcceptanceRow) => ({
  id: criterion.id,
  text: criterion.text,
  standing: condition.standing,
  isMet: condition.isMet,
  checks: checks.map(({ check, standing, last }) =>
    given({ id: check.id, standing, at: last === undefined ? undefined : isoTime(last.at) }),
  ),
});
