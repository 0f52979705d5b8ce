/** Edits (insert, delete, replace, swap neighbours) between two texts; gives up above `limit`. */
const distance = (a: string, b: string, limit: number): number => {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (isSame ? 0 : 1));
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isSwap) best = Math.min(best, (beforeLast[j - 2] ?? 0) + 1);
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? limit + 1;
};

const MAX_COMPARED = 100;

/** Lower is nearer; undefined is not near. */
const nearness = (name: string, candidate: string): number | undefined => {
  if (candidate === name) return 0;
  if (name.length >= 2 && candidate.startsWith(name)) return 1;
  const limit = Math.max(1, Math.min(4, Math.floor(Math.max(name.length, candidate.length) / 3)));
  const edits = distance(name, candidate, limit);
  if (edits <= limit) return 1 + edits;
  if (name.length >= 3 && candidate.includes(name)) return 6;
  if (candidate.length >= 3 && name.includes(candidate)) return 7;
  return undefined;
};

/** The names nearest to one that is wrong, best first, without regard to case; at most `count`. */
export const suggest = (name: string, candidates: Iterable<string>, count = 3): readonly string[] => {
  const wanted = name.slice(0, MAX_COMPARED).toLowerCase();
  const near: { readonly candidate: string; readonly rank: number }[] = [];
  for (const candidate of new Set(candidates)) {
    const rank = nearness(wanted, candidate.slice(0, MAX_COMPARED).toLowerCase());
    if (rank !== undefined && wanted !== "") near.push({ candidate, rank });
  }
  near.sort((a, b) => a.rank - b.rank || (a.candidate < b.candidate ? -1 : 1));
  return near.slice(0, count).map(({ candidate }) => candidate);
};

/** The hint that lists near names; where there are none `otherwise`, or nothing, to be spread into a refusal. */
export const hintNear = (
  name: string,
  candidates: Iterable<string>,
  otherwise?: string,
): { readonly hint?: string } => {
  const near = suggest(name, candidates);
  if (near.length > 0) return { hint: `Did you mean ${near.join(", ")}?` };
  return otherwise === undefined ? {} : { hint: otherwise };
};
