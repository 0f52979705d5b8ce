import type { Check } from "../../plan/check-state.ts";

/** A check that is to run, as far as its order goes. */
export interface Queued {
  readonly check: Pick<Check, "isExclusive">;
  /** What it writes is part of the tree for other checks. */
  readonly writesIntoTree: boolean;
}

/**
 * Checks in the order in which they run; those of one batch may run side by side. Exclusive ones run alone and keep
 * their place. Of those between them the ones that write what others look at come first, one by one: beside another
 * they would change the tree under it, and after it they would make stale what it had shown.
 */
export function batchChecks<Q extends Queued>(queued: readonly Q[]): readonly (readonly Q[])[] {
  const batches: Q[][] = [];
  let between: Q[] = [];
  const close = (): void => {
    for (const one of between) if (one.writesIntoTree) batches.push([one]);
    const rest = between.filter(({ writesIntoTree }) => !writesIntoTree);
    if (rest.length > 0) batches.push(rest);
    between = [];
  };
  for (const one of queued) {
    if (!one.check.isExclusive) {
      between.push(one);
      continue;
    }
    close();
    batches.push([one]);
  }
  close();
  return batches;
}
