import { lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { refuse, type Refusal } from "../plan/refusal.ts";
import { DEFAULT_LEASE_MS } from "../plan/state.ts";

export interface Settings {
  /** Folder for the journals, where the workspace's own file system cannot append safely. */
  readonly journalDir: string | undefined;
  readonly leaseMs: number;
  readonly onBlocked: "stop" | "others";
  readonly worktrees: "beside" | "inside";
  readonly contextBudgetTokens: number;
  readonly contextMaxBytes: number;
  readonly progressRecentDays: number;
}

export type SettingKey =
  | "journal.dir"
  | "lease"
  | "onBlocked"
  | "worktrees"
  | "context.budgetTokens"
  | "context.maxBytes"
  | "progress.recentDays";

/** One setting as people meet it. */
export interface SettingInfo {
  readonly field: keyof Settings;
  readonly env: string;
  /** The default, as it would be written in the file; absent where there is none. */
  readonly default?: string | number;
  readonly description: string;
  /** Not taken from `holdfast.json`, which can come with a cloned repository. */
  readonly isLocal?: true;
}

export const SETTINGS: Readonly<Record<SettingKey, SettingInfo>> = {
  "journal.dir": {
    field: "journalDir",
    env: "HOLDFAST_JOURNAL_DIR",
    description:
      "Absolute folder on a local disk for the journals, where the workspace lies on a network file system. Only in .local/holdfast.json, the environment or a flag.",
    isLocal: true,
  },
  lease: {
    field: "leaseMs",
    env: "HOLDFAST_LEASE",
    default: "15m",
    description: "How long a claim stands without a sign of life: a number with s, m, h or d, from 1m to 7d.",
  },
  onBlocked: {
    field: "onBlocked",
    env: "HOLDFAST_ON_BLOCKED",
    default: "others",
    description: "What a new plan does when a task is blocked: stop, or go on with the others.",
  },
  worktrees: {
    field: "worktrees",
    env: "HOLDFAST_WORKTREES",
    default: "beside",
    description: "Where the worktree of a workspace's own repository goes: beside it, or inside in .worktrees/.",
  },
  "context.budgetTokens": {
    field: "contextBudgetTokens",
    env: "HOLDFAST_CONTEXT_BUDGET_TOKENS",
    default: 350,
    description: "About how many tokens the hot context may take.",
  },
  "context.maxBytes": {
    field: "contextMaxBytes",
    env: "HOLDFAST_CONTEXT_MAX_BYTES",
    default: 9500,
    description: "The most bytes a hot context ever takes, whatever the budget says.",
  },
  "progress.recentDays": {
    field: "progressRecentDays",
    env: "HOLDFAST_PROGRESS_RECENT_DAYS",
    default: 7,
    description: "How many of the days on which something happened progress.md shows in full; older ones are folded.",
  },
};

export const SETTING_KEYS = Object.keys(SETTINGS) as readonly SettingKey[];

export const DEFAULT_SETTINGS: Settings = {
  journalDir: undefined,
  leaseMs: DEFAULT_LEASE_MS,
  onBlocked: "others",
  worktrees: "beside",
  contextBudgetTokens: 350,
  contextMaxBytes: 9500,
  progressRecentDays: 7,
};

/** Where values come from, the weakest first. */
export interface SettingSources {
  /** The workspace's folder; without it, no file is read. */
  readonly planning?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly flags?: Partial<Readonly<Record<SettingKey, string>>>;
}

export interface LoadedSettings {
  readonly settings: Settings;
  /** Which source gave each setting that is not at its default: `holdfast.json:3:7`, `HOLDFAST_LEASE`, `--lease`. */
  readonly origins: Partial<Readonly<Record<SettingKey, string>>>;
  /** Bad and unknown values, each with its place. They were left out; whoever can refuse should. */
  readonly problems: readonly Refusal[];
}

/** A settings file's text under the name that places give. */
export interface SettingsFile {
  readonly name: string;
  readonly text: string;
  readonly isLocal: boolean;
}

const MAX_FILE_BYTES = 256 * 1024;
const FILES = ["holdfast.json", ".local/holdfast.json"] as const;

const readFile = (planning: string, name: string): SettingsFile | Refusal | undefined => {
  const path = join(planning, name);
  try {
    const stat = lstatSync(path);
    if (!stat.isFile()) return refuse("bad-settings", `${name} is not a plain file.`, { place: name });
    if (stat.size > MAX_FILE_BYTES)
      return refuse("bad-settings", `${name} is larger than ${MAX_FILE_BYTES / 1024} KB.`, { place: name });
    return { name, text: readFileSync(path, "utf8").replace(/^\uFEFF/, ""), isLocal: name.startsWith(".local/") };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    return refuse("bad-settings", `${name} cannot be read (${code}).`, { place: name });
  }
};

/**
 * The settings in force: flags over environment over `.local/holdfast.json` over `holdfast.json` over defaults.
 * Never refuses as a whole: a hook goes on with what is good.
 */
export const loadSettings = async (sources: SettingSources): Promise<LoadedSettings> => {
  const { planning, env = {}, flags = {} } = sources;
  const read = planning === undefined ? [] : FILES.map((name) => readFile(planning, name));
  const given = read.filter((file) => file !== undefined);
  const hasEnv = SETTING_KEYS.some((key) => env[SETTINGS[key].env] !== undefined);
  if (given.length === 0 && !hasEnv && Object.keys(flags).length === 0)
    return { settings: DEFAULT_SETTINGS, origins: {}, problems: [] };
  // The parser and the schema cost more than most commands; nobody without settings pays for them.
  const { mergeSettings } = await import("./settings-schema.ts");
  const merged = mergeSettings(
    given.filter((file) => "text" in file),
    env,
    flags,
  );
  return { ...merged, problems: [...given.filter((file) => "reason" in file), ...merged.problems] };
};

/** The JSON Schema of `holdfast.json`, for editors. */
export const settingsJsonSchema = async (): Promise<Readonly<Record<string, unknown>>> =>
  (await import("./settings-schema.ts")).jsonSchema();
