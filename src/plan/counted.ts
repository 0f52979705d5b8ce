/** How many of something there are, in words: `1 task`, `3 tasks`. The noun takes an s. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;
