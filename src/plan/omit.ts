const PLAIN = { enumerable: true, writable: true, configurable: true };

/** A copy without some of its fields. Built up, since an object that fields were deleted from is slow ever after. */
export function omit<T extends object, K extends keyof T>(value: T, ...fields: readonly K[]): Omit<T, K> {
  const copy: Partial<T> = {};
  for (const field of Object.keys(value) as (keyof T)[]) {
    if ((fields as readonly (keyof T)[]).includes(field)) continue;
    // To set a field of this name is to set the prototype, from which fields that are not there would be read.
    if (field === "__proto__") Object.defineProperty(copy, field, { ...PLAIN, value: value[field] });
    else copy[field] = value[field];
  }
  return copy as Omit<T, K>;
}
