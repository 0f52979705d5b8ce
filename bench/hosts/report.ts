export interface Figure {
  readonly what: string;
  readonly measured: number;
  readonly limit: number;
  readonly unit: string;
  /** Where the limit or the figure comes from. */
  readonly note?: string;
}

/** Prints each figure beside its limit as it comes, and remembers whether all were met. */
export class Report {
  isMet = true;

  add({ what, measured, limit, unit, note = "" }: Figure): void {
    const isMet = measured <= limit;
    this.isMet &&= isMet;
    const digits = (value: number): string => (value >= 100 ? Math.round(value).toString() : value.toFixed(1));
    process.stdout.write(
      `${isMet ? "ok  " : "MISS"} ${what.padEnd(58)} ${digits(measured).padStart(8)} ${unit.padEnd(6)} limit ${digits(limit).padStart(6)}  ${note}\n`,
    );
  }
}

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
