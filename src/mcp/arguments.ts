import * as z from "zod/mini";
import { ok, refuse, type Refusal, type Result } from "../plan/refusal.ts";
import { isObject } from "../plan/shape.ts";
import { suggest } from "../plan/suggest.ts";
import type { Given } from "./tool.ts";

type Issue = z.core.$ZodIssue;

/** Checks what a tool was called with. Every fault is named with its place; nothing is guessed or dropped. */
export function parseArguments<T extends z.ZodMiniType>(schema: T, given: unknown): Result<Given<z.output<T>>> {
  const parsed = z.safeParse(schema, given ?? {});
  if (parsed.success) return ok(withoutAbsent(parsed.data) as Given<z.output<T>>);
  const found = parsed.error.issues.flatMap((issue) => faultsOf(issue, given, schema));
  const [only] = found;
  if (found.length === 1 && only !== undefined) return { ok: false, refusal: only };
  return { ok: false, refusal: refuse("bad-arguments", `${found.length} arguments do not fit`, { details: found }) };
}

function faultsOf(issue: Issue, given: unknown, schema: z.ZodMiniType): readonly Refusal[] {
  if (issue.code === "unrecognized_keys") {
    const known = knownKeys(schema, issue.path);
    return issue.keys.map((key) => {
      const near = suggest(key, known);
      const hint = near.length > 0 ? `did you mean ${near.join(", ")}?` : `one of ${known.join(", ")}`;
      return refuse("bad-arguments", "there is no such argument", { hint, place: placeOf([...issue.path, key]) });
    });
  }
  const place = placeOf(issue.path);
  const at = place === "" ? {} : { place };
  const value = valueAt(given, issue.path);
  if (value === undefined && issue.path.length > 0) {
    return [refuse("bad-arguments", isCustom(issue) ? issue.message : "it is missing", at)];
  }
  if (issue.code === "invalid_value") {
    const choices = issue.values.map(String);
    const near = typeof value === "string" ? suggest(value, choices) : [];
    const hint = near.length > 0 ? `did you mean ${near.join(", ")}?` : `one of ${choices.join(", ")}`;
    return [refuse("bad-arguments", `there is no ${say(value)} here`, { hint, ...at })];
  }
  if (issue.code === "invalid_type" && !isCustom(issue)) {
    return [refuse("bad-arguments", `expected ${KINDS[issue.expected] ?? issue.expected}, not ${kindOf(value)}`, at)];
  }
  return [refuse("bad-arguments", issue.message, at)];
}

/** Messages of ours begin in lower case; the library's own with a capital. */
const isCustom = ({ message }: Issue): boolean => /^[a-z]/.test(message);

const KINDS: Readonly<Record<string, string>> = {
  string: "text",
  array: "a list",
  object: "an object",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
};

function kindOf(value: unknown): string {
  if (value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "string") return "text";
  return typeof value === "number" || typeof value === "boolean" ? String(value) : "an object";
}

const say = (value: unknown): string =>
  typeof value === "string" ? JSON.stringify(value.slice(0, 60)) : kindOf(value);

function placeOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>((at, key) => {
    if (typeof key === "number") return `${at}[${key}]`;
    return at === "" ? String(key).slice(0, 80) : `${at}.${String(key).slice(0, 80)}`;
  }, "");
}

const valueAt = (given: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (value, key) => (typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined),
    given,
  );

/** The names that an object of the schema takes at a place. */
function knownKeys(schema: z.ZodMiniType, path: readonly PropertyKey[]): readonly string[] {
  let at: unknown = jsonSchemaOf(schema);
  for (const key of path) {
    if (!isObject(at)) return [];
    at = typeof key === "number" ? at["items"] : isObject(at["properties"]) ? at["properties"][String(key)] : undefined;
  }
  return isObject(at) && isObject(at["properties"]) ? Object.keys(at["properties"]) : [];
}

/**
 * The JSON Schema that hosts show their model: as terse as it can be, for it is paid for in every request. What is
 * checked is stricter, and says what is wrong.
 */
export function jsonSchemaOf(schema: z.ZodMiniType): Readonly<Record<string, unknown>> {
  return terse(z.toJSONSchema(schema, { io: "input" })) as Record<string, unknown>;
}

const LEFT_OUT: ReadonlySet<string> = new Set(["$schema", "additionalProperties"]);

function terse(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(terse);
  if (!isObject(value)) return value;
  const isSchema = typeof value["type"] === "string";
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, item]) => !(isSchema && (LEFT_OUT.has(key) || Math.abs(Number(item)) > 1e9)))
      .map(([key, item]) => [key, terse(item)]),
  );
}

/** Optional fields are absent, never undefined. */
function withoutAbsent(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutAbsent);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => (item === undefined ? [] : [[key, withoutAbsent(item)]])),
  );
}
