import { basename, dirname } from "node:path";
import { buildHead } from "../../context/head.ts";
import type { Survey } from "../../context/survey.ts";
import type { PlanState } from "../../plan/state.ts";
import type { Settings } from "../../workspace/settings.ts";
import { sizesOf, type HeadFile } from "./fresh-head.ts";
import type { PlanLayout } from "../layout.ts";

/** The head of a plan as it stands, for its file. */
export function makeHead(
  state: PlanState,
  layout: PlanLayout,
  { contextBudgetTokens: tokens, contextMaxBytes: bytes }: Settings,
  survey?: Survey,
): HeadFile {
  const folder = `${basename(dirname(layout.folder))}/${layout.slug}`;
  return {
    format: 1,
    ...buildHead(state, { folder, budget: { tokens, bytes } }, survey),
    aliases: state.aliases,
    updatedAt: state.updatedAt,
    sizes: sizesOf(layout),
  };
}
