import { isAbsolute } from "node:path";
import { parseTree, type Node, type ParseError } from "jsonc-parser";
import * as z from "zod/mini";
import { refuse, type Refusal } from "../plan/refusal.ts";
import {
  DEFAULT_SETTINGS,
  SETTINGS,
  SETTING_KEYS,
  type LoadedSettings,
  type SettingKey,
  type SettingSources,
  type Settings,
  type SettingsFile,
} from "./settings.ts";
import { describeFlaw } from "./json-flaw.ts";
import { hintNear } from "../plan/suggest.ts";

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const MIN_LEASE_MS = 60_000;
const MAX_LEASE_MS = 7 * 86_400_000;

const durationMs = (text: string): number => {
  const [, count = "", unit = ""] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  return Number(count) * (UNIT_MS[unit] ?? Number.NaN);
};

const isLease = (text: string): boolean => {
  const ms = durationMs(text);
  return ms >= MIN_LEASE_MS && ms <= MAX_LEASE_MS;
};

const whole = (min: number, max: number) => {
  const message = `expected a whole number from ${min} to ${max}`;
  return z.int(message).check(z.minimum(min, message), z.maximum(max, message));
};

const choice = <const T extends readonly [string, ...string[]]>(...values: T) =>
  z.enum(values, `expected ${values.map((value) => `"${value}"`).join(" or ")}`);

const LEASE = 'expected a duration from 1m to 7d, such as "15m"';

const SCHEMAS = {
  "journal.dir": z
    .string("expected an absolute path")
    .check(z.refine((path) => isAbsolute(path) && !path.includes("\0"), "expected an absolute path")),
  lease: z.string(LEASE).check(z.regex(/^\d{1,6}[smhd]$/, LEASE), z.refine(isLease, LEASE)),
  onBlocked: choice("stop", "others"),
  worktrees: choice("beside", "inside"),
  "context.budgetTokens": whole(50, 2400),
  "context.maxBytes": whole(500, 9500),
  "progress.recentDays": whole(1, 3650),
} satisfies Readonly<Record<SettingKey, z.ZodMiniType>>;

const isSettingKey = (key: string): key is SettingKey => Object.hasOwn(SCHEMAS, key);

/** A value on its way to a setting, with where it stands. */
interface Given {
  readonly key: SettingKey;
  readonly value: unknown;
  readonly place: string;
}

const placeOf = (file: SettingsFile, offset: number): string => {
  const before = file.text.slice(0, offset);
  const lineStart = before.lastIndexOf("\n") + 1;
  return `${file.name}:${before.split("\n").length}:${offset - lineStart + 1}`;
};

const valueOf = (node: Node): unknown => {
  if (node.type === "array") return [];
  return node.type === "object" ? {} : node.value;
};

const GROUPS = new Set(SETTING_KEYS.filter((key) => key.includes(".")).map((key) => key.slice(0, key.indexOf("."))));

/** Walks an object of the file; `prefix` is the group it stands for. */
const collect = (file: SettingsFile, object: Node, prefix: string, given: Given[], problems: Refusal[]): void => {
  const seen = new Set<string>();
  for (const property of object.children ?? []) {
    const [name, value] = property.children ?? [];
    if (!name || !value) continue;
    const key = `${prefix}${String(name.value)}`;
    const place = placeOf(file, name.offset);
    const bad = (message: string, more: { readonly hint?: string } = {}) =>
      problems.push(refuse("bad-setting", message, { ...more, place }));
    if (seen.has(key)) bad(`\`${key}\` is given twice.`);
    else if (key === "$schema") continue;
    else if (prefix === "" && GROUPS.has(key) && value.type === "object")
      collect(file, value, `${key}.`, given, problems);
    else if (prefix === "" && GROUPS.has(key)) bad(`\`${key}\` must be an object.`);
    // With a dot in a name, `context.maxBytes` would be two ways to write one setting.
    else if (!isSettingKey(key) || String(name.value).includes("."))
      bad(`There is no setting \`${key}\`.`, hintNear(key, SETTING_KEYS, `One of ${SETTING_KEYS.join(", ")}`));
    else if (SETTINGS[key].isLocal && !file.isLocal)
      bad(`\`${key}\` is this machine's own and is not taken from ${file.name}, which can come with a repository.`, {
        hint: `Set it in .local/holdfast.json or with ${SETTINGS[key].env}.`,
      });
    else given.push({ key, value: valueOf(value), place: placeOf(file, value.offset) });
    seen.add(key);
  }
};

const readSettingsFile = (file: SettingsFile, problems: Refusal[]): readonly Given[] => {
  const errors: ParseError[] = [];
  const tree = parseTree(file.text, errors, { allowTrailingComma: true });
  const [error] = errors;
  if (error || tree?.type !== "object") {
    const what = error ? describeFlaw(error.error) : "it is not an object";
    problems.push(
      refuse("bad-settings", `${file.name} is not JSON with comments: ${what}.`, {
        place: placeOf(file, error?.offset ?? tree?.offset ?? 0),
      }),
    );
    return [];
  }
  const given: Given[] = [];
  collect(file, tree, "", given, problems);
  return given;
};

/** Text from the environment or a flag, as the file would have it. */
const fromText = (key: SettingKey, text: string): unknown =>
  typeof SETTINGS[key].default === "number" && /^-?\d{1,15}$/.test(text.trim()) ? Number(text.trim()) : text.trim();

const listGiven = (
  files: readonly SettingsFile[],
  env: NonNullable<SettingSources["env"]>,
  flags: NonNullable<SettingSources["flags"]>,
  problems: Refusal[],
): readonly Given[] => {
  const given = files.flatMap((file) => readSettingsFile(file, problems));
  for (const key of SETTING_KEYS) {
    const name = SETTINGS[key].env;
    const text = env[name];
    if (text !== undefined && text !== "") given.push({ key, value: fromText(key, text), place: name });
  }
  for (const key of SETTING_KEYS) {
    const text = flags[key];
    if (text !== undefined) given.push({ key, value: fromText(key, text), place: `--${key}` });
  }
  return given;
};

/** Lays the sources over each other, the weakest first. */
export const mergeSettings = (
  files: readonly SettingsFile[],
  env: NonNullable<SettingSources["env"]>,
  flags: NonNullable<SettingSources["flags"]>,
): LoadedSettings => {
  const problems: Refusal[] = [];
  const values: Partial<Record<keyof Settings, unknown>> = {};
  const origins: Partial<Record<SettingKey, string>> = {};
  for (const { key, value, place } of listGiven(files, env, flags, problems)) {
    const parsed = z.safeParse<z.ZodMiniType>(SCHEMAS[key], value);
    if (parsed.success) {
      values[SETTINGS[key].field] = key === "lease" ? durationMs(String(value)) : parsed.data;
      origins[key] = place;
      continue;
    }
    const shown = JSON.stringify(value)?.slice(0, 100);
    const why = parsed.error.issues[0]?.message ?? "it does not fit";
    problems.push(refuse("bad-setting", `\`${key}\` cannot be ${shown}: ${why}.`, { place }));
  }
  // Each value has passed its own schema; the compiler cannot follow it through the table.
  return { settings: { ...DEFAULT_SETTINGS, ...(values as Partial<Settings>) }, origins, problems };
};

const describe = (key: SettingKey): Readonly<Record<string, unknown>> => {
  const { $schema: _, ...schema } = z.toJSONSchema(SCHEMAS[key] as z.ZodMiniType) as Record<string, unknown>;
  const info = SETTINGS[key];
  const fallback = info.default === undefined ? {} : { default: info.default };
  return { ...schema, ...fallback, description: `${info.description} Environment: ${info.env}.` };
};

/** The JSON Schema of `holdfast.json` and of `.local/holdfast.json`. */
export const jsonSchema = (): Readonly<Record<string, unknown>> => {
  const object = (properties: Readonly<Record<string, unknown>>) => ({
    type: "object",
    additionalProperties: false,
    properties,
  });
  const grouped = [...GROUPS].map((group) => {
    const keys = SETTING_KEYS.filter((key) => key.startsWith(`${group}.`));
    return [
      group,
      object(Object.fromEntries(keys.map((key) => [key.slice(group.length + 1), describe(key)]))),
    ] as const;
  });
  const plain = SETTING_KEYS.filter((key) => !key.includes(".")).map((key) => [key, describe(key)] as const);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Holdfast settings",
    ...object({ $schema: { type: "string" }, ...Object.fromEntries([...plain, ...grouped]) }),
  };
};
