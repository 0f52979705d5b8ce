import type { PlanState, Waiver } from "../state.ts";

/** What a person has waived, by what it is called there. */
export const waiverOf = (
  { waivers }: Pick<PlanState, "waivers">,
  subject: string,
  target: string,
): Waiver | undefined =>
  waivers.findLast((waiver) => waiver.subject === subject && waiver.target.toLowerCase() === target.toLowerCase());
