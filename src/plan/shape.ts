/** Shapes of event fields: what `evolve` takes for granted, checked once at its door. */

type Kind = "string" | "number" | "boolean" | "strings" | "object" | "any" | "time" | "count" | "stamps";
export type FieldShape = Kind | `${Kind}?`;
export type Shape = Readonly<Record<string, FieldShape>>;

interface KindType {
  string: string;
  number: number;
  boolean: boolean;
  strings: readonly string[];
  object: Readonly<Record<string, unknown>>;
  any: unknown;
  /** Milliseconds since the epoch. */
  time: number;
  count: number;
  /** Texts by name. */
  stamps: Readonly<Record<string, string>>;
}

/** No record's time is later (docs/journal.md), and a calendar still has a date for it. */
const MAX_TIME = 2 ** 52;

/** Whether a value is a JSON object (neither null nor an array). */
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

type Required_<S extends Shape> = {
  readonly [F in keyof S as S[F] extends `${string}?` ? never : F]: S[F] extends Kind ? KindType[S[F]] : never;
};
type Optional_<S extends Shape> = {
  readonly [F in keyof S as S[F] extends `${string}?` ? F : never]?: S[F] extends `${infer K extends Kind}?`
    ? KindType[K]
    : never;
};
/** The type of an object that has a shape. */
export type Shaped<S extends Shape> = Required_<S> & Optional_<S>;

const isKind: Record<Kind, (value: unknown) => boolean> = {
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number" && Number.isFinite(value),
  boolean: (value) => typeof value === "boolean",
  strings: (value) => Array.isArray(value) && value.every((item) => typeof item === "string"),
  object: isObject,
  any: (value) => value !== undefined,
  time: (value) => isCount(value) && value <= MAX_TIME,
  count: isCount,
  stamps: (value) => {
    if (!isObject(value)) return false;
    for (const name in value) if (typeof value[name] !== "string") return false;
    return true;
  },
};

interface Field {
  readonly name: string;
  readonly isOptional: boolean;
  readonly fits: (value: unknown) => boolean;
}

/** Shapes as they are checked: ten thousand tasks are restored with one shape. */
const compiled = new WeakMap<Shape, readonly Field[]>();

function fieldsOf(shape: Shape): readonly Field[] {
  const known = compiled.get(shape);
  if (known !== undefined) return known;
  const fields = Object.entries(shape).map(([name, wanted]) => {
    const isOptional = wanted.endsWith("?");
    return { name, isOptional, fits: isKind[(isOptional ? wanted.slice(0, -1) : wanted) as Kind] };
  });
  compiled.set(shape, fields);
  return fields;
}

/** The first field of `value` that does not have its shape; undefined where all do. Fields beyond the shape pass. */
export function misshapen(value: Readonly<Record<string, unknown>>, shape: Shape): string | undefined {
  for (const { name, isOptional, fits } of fieldsOf(shape)) {
    const given = value[name];
    if (given === undefined && isOptional) continue;
    if (!fits(given)) return name;
  }
  return undefined;
}
