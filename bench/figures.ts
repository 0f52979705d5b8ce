/** A figure, and what it may be. */
export interface Row {
  readonly what: string;
  readonly measured: number;
  readonly floor?: number;
  readonly unit: string;
  readonly limit: string;
  readonly isMet: boolean;
}

export const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;
