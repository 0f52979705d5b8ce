/** Shapes of event fields: what `evolve` takes for granted, checked once at its door. */

type Kind = "string" | "number" | "boolean" | "strings" | "object" | "any";
export type FieldShape = Kind | `${Kind}?`;
export type Shape = Readonly<Record<string, FieldShape>>;

interface KindType {
  string: string;
  number: number;
  boolean: boolean;
  strings: readonly string[];
  object: Readonly<Record<string, unknown>>;
  any: unknown;
}

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
  object: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  any: (value) => value !== undefined,
};

/** The first field of `value` that does not have its shape; undefined where all do. Fields beyond the shape pass. */
export function misshapen(value: Readonly<Record<string, unknown>>, shape: Shape): string | undefined {
  for (const field in shape) {
    const wanted = shape[field]!;
    const isOptional = wanted.endsWith("?");
    const given = value[field];
    if (given === undefined && isOptional) continue;
    if (!isKind[(isOptional ? wanted.slice(0, -1) : wanted) as Kind](given)) return field;
  }
  return undefined;
}
