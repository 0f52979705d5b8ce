import { ok, refused, type Result } from "../../plan/refusal.ts";
import type { PlanStatus, TaskStatus } from "../../plan/state.ts";
import { bindingOf, observersOf, writerOf } from "../../workspace/sessions.ts";
import { headOfPlan } from "./head-of-plan.ts";
import type { Workspace } from "../workspace.ts";

/** A plan as lists show it. */
export interface PlanRow {
  readonly slug: string;
  readonly title: string;
  /** `damaged`: it is there and cannot be read. */
  readonly status: PlanStatus | "none" | "damaged";
  readonly phase: string;
  readonly tasks: { readonly done: number; readonly total: number };
  readonly writer?: string;
  readonly observers: number;
  readonly updatedAt: number;
  /** Sessions that say nothing else use it. */
  readonly isDefault: boolean;
  /** What the caller's session is to it. */
  readonly bound?: "writer" | "observer";
  readonly aliases: readonly string[];
}

/** The plans of a workspace, the latest first, archived ones last. */
export function listPlanRows(
  workspace: Workspace,
  options: { readonly withArchived?: boolean } = {},
): Result<readonly PlanRow[]> {
  const facts = workspace.facts();
  if (!facts.ok) return facts;
  const { state } = facts.value;
  const rows = workspace.slugs().map((slug): PlanRow => {
    const head = headOfPlan(workspace, slug);
    const binding = bindingOf(state, workspace.actor.session);
    const writer = writerOf(state, slug);
    return {
      slug,
      title: head?.title ?? "",
      status: head?.status ?? "damaged",
      phase: head?.phase ?? "",
      tasks: head === undefined ? { done: 0, total: 0 } : countTasks(head.counts),
      ...(writer === undefined ? {} : { writer: writer.session }),
      observers: observersOf(state, slug).length,
      updatedAt: head?.updatedAt ?? 0,
      isDefault: state.defaultPlan === slug,
      ...(binding?.plan === slug ? { bound: binding.role } : {}),
      aliases: head?.aliases ?? [],
    };
  });
  const shown = options.withArchived === true ? rows : rows.filter(({ status }) => status !== "archived");
  const rank = ({ status }: PlanRow): number => (status === "archived" ? 1 : 0);
  return ok(shown.sort((a, b) => rank(a) - rank(b) || b.updatedAt - a.updatedAt || (a.slug < b.slug ? -1 : 1)));
}

function countTasks(counts: Readonly<Record<TaskStatus, number>>): PlanRow["tasks"] {
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return { done: counts.done, total: all - counts.dropped };
}

/**
 * The plan that a step is meant for which only plans of some statuses can take: the one that is named; else the one in
 * hand, if it can; else the only one that can. Never one that cannot, and never one of several.
 */
export function choosePlanOf(
  workspace: Workspace,
  name: string | undefined,
  statuses: readonly PlanRow["status"][],
): Result<string> {
  if (name !== undefined) {
    const choice = workspace.choose(name);
    if (!choice.ok) return choice;
    return choice.value.source === "none" ? refused("no-such-plan", `there is no plan ${name}`) : ok(choice.value.slug);
  }
  const rows = listPlanRows(workspace, { withArchived: true });
  if (!rows.ok) return rows;
  const fitting = rows.value.filter(({ status }) => statuses.includes(status));
  const inHand = planInHand(workspace, rows.value);
  if (!inHand.ok) return inHand;
  const slug = fitting.find((row) => row.slug === inHand.value)?.slug;
  if (slug !== undefined) return ok(slug);
  if (fitting.length === 1) return ok(fitting[0]!.slug);
  const wanted = statuses.join(" or ");
  if (fitting.length === 0)
    return refused("no-such-plan", `no plan is ${wanted}`, { hint: "holdfast plan list --archived" });
  const names = fitting.slice(0, 10).map((row) => row.slug);
  return refused("ambiguous-plan", `${fitting.length} plans are ${wanted}: say which`, {
    hint: `One of: ${names.join(", ")}`,
  });
}

/** The plan that the caller pinned or is bound to, or that is the default, whatever its status. */
function planInHand(workspace: Workspace, rows: readonly PlanRow[]): Result<string | undefined> {
  const pin = workspace.caller.env["HOLDFAST_PLAN"];
  if (pin !== undefined && pin !== "") {
    const choice = workspace.choose(undefined);
    return choice.ok ? ok(choice.value.source === "none" ? undefined : choice.value.slug) : choice;
  }
  return ok((rows.find(({ bound }) => bound !== undefined) ?? rows.find(({ isDefault }) => isDefault))?.slug);
}
