import { isoTime } from "../../../context/time.ts";
import { readAcceptance, type AcceptanceRow } from "../../../engine/proof/acceptance.ts";
import { performChecked } from "../../../engine/perform-checked.ts";
import { textBesideId } from "../../../plan/criteria.ts";
import { omit } from "../../../plan/omit.ts";
import { exit, type Run } from "../../command.ts";
import { page, textPage } from "../../paging.ts";
import { reportPerformed } from "../../performed.ts";
import { bold, dim, green, inline, red, type Text } from "../../text.ts";
import { withPlan, withWorkspace } from "../../workspace.ts";
import type { acceptance, signOff } from "./acceptance-specs.ts";

/** As for any rule of the plan that refuses (exit-codes.ts). */
const NOT_PROVEN = 1;

export const showAcceptance: Run<typeof acceptance> = ({ options }, context) =>
  withPlan(context, async (store) => {
    const { global, out } = context;
    const rows = await readAcceptance(store);
    if (!rows.ok) return rows;
    const total = rows.value.length;
    const proven = rows.value.filter(({ condition }) => condition.isMet).length;
    const isProven = total > 0 && proven === total;
    if (global.json) {
      out.printJson({ plan: store.slug, ok: isProven, proven, ...page(rows.value.map(asJson), options) });
    } else if (total === 0) {
      out.print([bold(store.slug), ' has no acceptance criteria: holdfast plan edit --accept "…"']);
    } else {
      out.print(["acceptance of ", bold(store.slug), `: ${proven} of ${total} proven`]);
      const { items, all } = textPage(rows.value, options);
      out.printLines(items.flatMap(describe), { all, more: "holdfast plan acceptance --all" });
    }
    return isProven ? undefined : exit(NOT_PROVEN);
  });

const asJson = ({ criterion, condition, checks, reviews }: AcceptanceRow) => ({
  id: criterion.id,
  text: criterion.text,
  ...omit(condition, "kind", "subject", "cause"),
  checks: checks.map(({ check, standing, says, last }) => ({
    id: check.id,
    kind: check.kind,
    standing,
    says,
    last: last === undefined ? null : { outcome: last.outcome, why: last.why, at: last.at },
  })),
  reviews: reviews.map((review) => omit(review, "stamp", "diff")),
  signedOff: criterion.signedOff === undefined ? null : omit(criterion.signedOff, "stamp"),
  takenOut: criterion.takenOut ?? null,
});

function describe({ criterion, condition, checks, reviews }: AcceptanceRow): readonly Text[] {
  const { id, signedOff, takenOut } = criterion;
  const { isMet, standing, way } = condition;
  const gone = takenOut === undefined ? "" : dim(` (taken out by ${inline(takenOut.session)})`);
  const signed =
    signedOff === undefined
      ? []
      : [dim(`  signed off by ${inline(signedOff.person)} ${isoTime(signedOff.at)}: ${inline(signedOff.why)}`)];
  const lines = checks.map(({ check, says, last }): Text => {
    const at = last === undefined ? "" : ` (${isoTime(last.at)})`;
    return dim(`  ${check.id}: ${inline(says)}${at}`);
  });
  const judged = reviews.map(({ reviewer, verdict, why, at, isStale }): Text => {
    const stale = isStale ? ", of other content than is there now" : "";
    const because = why === "" ? "" : `: ${inline(why)}`;
    return dim(`  ${inline(reviewer)} says ${verdict} (a review, ${isoTime(at)}${stale})${because}`);
  });
  const nothing = checks.length === 0 && signedOff === undefined ? [dim("  nothing is to prove it")] : [];
  const doubted = isMet || (standing !== "unverified" && standing !== "elsewhere") ? [] : [dim(`  ${standing}`)];
  return [
    [isMet ? green("✓") : red("✗"), " ", bold(inline(id)), ` ${inline(textBesideId(criterion))}`, gone],
    ...lines,
    ...signed,
    ...judged,
    ...nothing,
    ...doubted,
    ...(isMet || way === undefined ? [] : [dim(`  → ${inline(way)}`)]),
  ];
}

export const signCriteriaOff: Run<typeof signOff> = ({ args, options }, context) =>
  withWorkspace(context, async (workspace) => {
    const store = workspace.plan(context.global.plan);
    if (!store.ok) return store;
    try {
      const commands = args.criterion.map((criterion) => ({
        type: "sign-off-criterion" as const,
        criterion,
        why: options.why,
      }));
      const done = await performChecked(store.value, commands);
      if (!done.ok) return done;
      const names = args.criterion.map((name) => inline(name)).join(", ");
      return reportPerformed(context, done.value, [["signed off: ", bold(names)]], { criteria: args.criterion });
    } finally {
      store.value.close();
    }
  });
