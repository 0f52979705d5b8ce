import { neutralizeLine } from "./neutralize.ts";

/** The opening tag of what a model is told: of which plan, as of which revision, and since when where only that moved. */
export function openingTag(
  { slug, revision }: { readonly slug: string; readonly revision: number },
  since?: number,
): string {
  const moved = since === undefined ? "" : ` since="${since}"`;
  return `<holdfast-context plan="${attribute(slug)}"${moved} revision="${revision}">`;
}

export const CLOSING_TAG = "</holdfast-context>";

const attribute = (slug: string): string => neutralizeLine(slug, 80).replace(/["<>\\]/g, "");
