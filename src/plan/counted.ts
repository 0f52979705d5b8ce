/** How many of something there are, in words: `1 task`, `3 tasks`. The noun takes an s. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** The first few of a list on a line, and how many more there are: `a, b and 3 more`, or `a; b; and 3 more`. */
export function listed(shown: readonly string[], all: number, mark: "," | ";" = ","): string {
  const text = shown.join(`${mark} `);
  if (all <= shown.length) return text;
  const more = `and ${all - shown.length} more`;
  return text === "" ? more : `${text}${mark === "," ? "" : mark} ${more}`;
}
