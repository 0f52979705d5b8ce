import * as z from "zod/mini";
import type { PlanSettings, TaskInput } from "../../plan/commands.ts";
import { isObject } from "../../plan/shape.ts";
import { ok, refuse, refused, type Refusal, type Result } from "../../plan/refusal.ts";
import type { Brief } from "../../plan/state.ts";
import { suggest } from "../../plan/suggest.ts";
import { inOne, readDocument } from "../plans/document-text.ts";
import { parseDuration } from "../duration.ts";

/** A plan as somebody wrote it down: what `plan.created` takes, and its tasks. */
export interface PlanDocument extends PlanSettings {
  readonly title: string;
  readonly slug?: string;
  readonly brief?: Partial<Brief>;
  readonly tasks: readonly TaskInput[];
  /** What was taken differently than it may have been meant. */
  readonly warnings: readonly string[];
}

export interface TaskDocument {
  readonly tasks: readonly TaskInput[];
  readonly warnings: readonly string[];
}

const text = (missing = "expected text") =>
  z.string({ error: ({ input }) => (input === undefined ? missing : sayKind("expected text", input)) });
const texts = z.array(text(), { error: ({ input }) => sayKind("expected a list of texts", input) });
const described = <T extends z.ZodMiniType>(schema: T, description: string): T => schema.check(z.describe(description));

const sayKind = (wanted: string, input: unknown): string => {
  const quoted = typeof input === "number" || typeof input === "boolean" ? ` (${String(input)} needs quotes)` : "";
  return `${wanted}, not ${input === null ? "nothing" : Array.isArray(input) ? "a list" : typeof input}${quoted}`;
};

const PRIORITY = "expected a whole number from 0 to 4";

/** What a task may be given, with what is said where a value does not fit. */
export const TASK_FIELDS = {
  id: described(z.optional(text()), "Unique without regard to case; T<n> where none is given."),
  title: described(text("a task needs a title"), "One line."),
  description: z.optional(text()),
  kind: described(z.optional(text()), "For example research, design, implementation, test, review."),
  steps: described(z.optional(texts), "In order."),
  parents: described(z.optional(texts), "Ids of tasks that must be done first, of the plan or of this document."),
  priority: described(
    z.optional(z.int(PRIORITY).check(z.minimum(0, PRIORITY), z.maximum(4, PRIORITY))),
    "0 most urgent, 2 the default, 4 least.",
  ),
  touches: described(z.optional(texts), "Paths that the task will change."),
  agent: described(z.optional(text()), "The agent that is to do it."),
  promptPrefix: described(z.optional(text()), "Stands before the description in the task's prompt."),
  model: z.optional(text()),
  outputPaths: described(z.optional(texts), "Where its outputs go."),
  reviewers: described(z.optional(texts), "Who has to review it, beside those whom the plan names."),
  newTests: described(z.optional(z.boolean("expected true or false")), "It has to add tests that run."),
  extra: described(
    z.optional(z.record(z.string(), z.unknown(), "expected an object")),
    "Fields of other programs; unknown fields beside it join it.",
  ),
} as const;

/** Other names that a field is taken by. */
const ALIASES: Readonly<Record<string, keyof typeof TASK_FIELDS>> = {
  dependsOn: "parents",
  subagent: "agent",
  subagent_prompt: "promptPrefix",
};

/** The same for a brief. */
export const BRIEF_FIELDS = {
  goal: z.optional(text()),
  doneWhen: z.optional(text()),
  nonGoals: z.optional(texts),
  acceptance: z.optional(texts),
  constraints: z.optional(texts),
  openQuestions: z.optional(texts),
  edgeCases: z.optional(texts),
  verification: z.optional(texts),
} as const;

const LEASE = 'expected a duration such as "90s", "15m" or "2h"';

const PLAN_FIELDS = {
  title: text("a plan needs a title"),
  slug: z.optional(text()),
  type: z.optional(z.enum(["implementation", "design", "deep"], 'expected "implementation", "design" or "deep"')),
  onBlocked: z.optional(z.enum(["stop", "others"], 'expected "stop" or "others"')),
  lease: z.optional(text(LEASE).check(z.refine((value) => parseDuration(value) !== undefined, LEASE))),
  repos: z.optional(texts),
  reviewers: described(z.optional(texts), "Who has to review every task."),
  brief: z.optional(z.object(BRIEF_FIELDS, "expected an object")),
} as const;

const TASK = z.object(TASK_FIELDS, { error: ({ input }) => sayKind("expected a task", input) });
const PLAN = z.object(PLAN_FIELDS);

type Fields = Readonly<Record<string, unknown>>;

/** What else is wrong with tasks, for those whose fields are not all of the right kind: these are left out. */
export type TaskJudge = (tasks: readonly TaskInput[]) => readonly Refusal[];

/**
 * Tasks from JSON or YAML: a list, `{tasks: […]}`, or one task. Refused with every error and its place, those that
 * `judge` finds included.
 */
export async function parseTaskDocument(
  source: string,
  name: string,
  judge?: TaskJudge,
): Promise<Result<TaskDocument>> {
  const read = await readDocument(source, name);
  if (!read.ok) return read;
  const given = listTasks(read.value);
  if (given === undefined) {
    return refused("bad-document", `${name} holds no tasks`, { hint: "a list of tasks, or an object with `tasks`" });
  }
  const notes = new Notes();
  const tasks = given.map((value, index) => readTask(value, `tasks[${index}]`, notes));
  if (notes.errors.length > 0) {
    notes.judge(judge, given, tasks);
    return { ok: false, refusal: notes.refusal(name) };
  }
  return ok({ tasks: tasks.flatMap((task) => task ?? []), warnings: notes.warnings });
}

/** A whole plan from JSON or YAML: its settings, brief and tasks. Refused with every error and its place. */
export async function parsePlanDocument(
  source: string,
  name: string,
  judge?: TaskJudge,
): Promise<Result<PlanDocument>> {
  const document = await readDocument(source, name);
  if (!document.ok) return document;
  const { value } = document;
  if (!isObject(value))
    return refused("bad-document", `${name} holds no plan: ${sayKind("expected an object", value)}`);
  const { $schema: _, tasks: given, ...fields } = value;
  const notes = new Notes();
  const plan = notes.check(PLAN, fields, "");
  notes.onlyKnown(fields, [...Object.keys(PLAN_FIELDS), "tasks"], "");
  if (isObject(fields["brief"])) notes.onlyKnown(fields["brief"], Object.keys(BRIEF_FIELDS), "brief");
  if (given !== undefined && !Array.isArray(given)) notes.fail(sayKind("expected a list of tasks", given), "tasks");
  const list: readonly unknown[] = Array.isArray(given) ? given : [];
  const read = list.map((task, index) => readTask(task, `tasks[${index}]`, notes));
  if (plan === undefined || notes.errors.length > 0) {
    notes.judge(judge, list, read);
    return { ok: false, refusal: notes.refusal(name) };
  }
  const tasks = read.flatMap((task) => task ?? []);
  const { lease, type, ...settings } = plan;
  const leaseMs = lease === undefined ? undefined : parseDuration(lease);
  // Optional fields are absent and never undefined: `check` leaves them out.
  return ok({
    ...(settings as Omit<PlanDocument, "tasks" | "warnings">),
    ...(type === undefined ? {} : { planType: type }),
    ...(leaseMs === undefined ? {} : { leaseMs }),
    tasks,
    warnings: notes.warnings,
  });
}

/** A list of steps from JSON or YAML. */
export async function parseSteps(source: string, name: string): Promise<Result<readonly string[]>> {
  const read = await readDocument(source, name);
  if (!read.ok) return read;
  const notes = new Notes();
  const steps = notes.check(texts, read.value, "steps");
  return steps === undefined ? { ok: false, refusal: notes.refusal(name) } : ok(steps);
}

function listTasks(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value as readonly unknown[];
  if (!isObject(value)) return undefined;
  if (Array.isArray(value["tasks"])) return value["tasks"] as readonly unknown[];
  return "tasks" in value || !("title" in value) ? undefined : [value];
}

/** What was found on the way through a document. */
class Notes {
  readonly errors: Refusal[] = [];
  readonly warnings: string[] = [];

  fail(message: string, place: string, more: { readonly hint?: string } = {}): void {
    this.errors.push(refuse("bad-value", message, { place, ...more }));
  }

  /** Adds what `judge` finds in tasks whose fields may not fit; errors of one task stand together. */
  judge(judge: TaskJudge | undefined, given: readonly unknown[], tasks: readonly (TaskInput | undefined)[]): void {
    if (judge === undefined || given.length > MAX_JUDGED) return;
    const found = judge(given.map((value, index) => tasks[index] ?? salvage(value)));
    const indexOf = ({ place = "" }: Refusal): number => Number(/^tasks\[(\d+)\]/.exec(place)?.[1] ?? -1);
    const all = [...this.errors, ...found].sort((a, b) => indexOf(a) - indexOf(b));
    this.errors.splice(0, Infinity, ...all);
  }

  /** The value as the schema has it, without what is absent; undefined where it does not fit, with every reason noted. */
  check<T extends z.ZodMiniType>(schema: T, value: unknown, place: string): z.output<T> | undefined {
    const parsed = z.safeParse(schema, value);
    if (parsed.success) return parsed.data;
    for (const { path, message } of parsed.error.issues) this.fail(message, placeOf(place, path));
    return undefined;
  }

  onlyKnown(value: Fields, known: readonly string[], place: string): void {
    for (const key of Object.keys(value)) {
      if (known.includes(key)) continue;
      const near = suggest(key, known);
      const hint = near.length === 0 ? `one of ${known.join(", ")}` : `did you mean ${near.join(", ")}?`;
      this.fail(`there is no field ${JSON.stringify(key.slice(0, 80))} here`, placeOf(place, [key]), { hint });
    }
  }

  refusal(name: string): Refusal {
    return inOne(this.errors, `${this.errors.length} errors in ${name}; nothing was changed`);
  }
}

function placeOf(place: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>((at, key) => {
    if (typeof key === "number") return `${at}[${key}]`;
    return at === "" ? String(key) : `${at}.${String(key)}`;
  }, place);
}

function readTask(value: unknown, place: string, notes: Notes): TaskInput | undefined {
  const fields = isObject(value) ? renameAliases(value, place, notes) : value;
  const known = isObject(fields) ? splitUnknown(fields, place, notes) : { known: fields, unknown: {} };
  const checked = notes.check(TASK, known.known, place);
  if (checked === undefined) return undefined;
  const { extra, ...task } = checked;
  const kept = { ...extra, ...known.unknown };
  // Optional fields are absent and never undefined: JSON and YAML have no such value.
  return { ...task, ...(Object.keys(kept).length === 0 ? {} : { extra: kept }) } as TaskInput;
}

/** So many tasks are looked at again where some are malformed: nobody reads more errors. */
const MAX_JUDGED = 1000;

/** Of a malformed task what fits, under a title where it has none. */
function salvage(value: unknown): TaskInput {
  const title = "untitled";
  if (!isObject(value)) return { title };
  const fields = Object.entries(TASK_FIELDS).flatMap(([field, schema]) => {
    const given = value[field] ?? value[Object.keys(ALIASES).find((alias) => ALIASES[alias] === field) ?? field];
    // A number in the place of an id is what others name as their parent.
    const meant = field === "id" && typeof given === "number" ? String(given) : given;
    return meant !== undefined && z.safeParse(schema, meant).success ? [[field, meant]] : [];
  });
  return { title, ...Object.fromEntries(fields) } as TaskInput;
}

function renameAliases(value: Fields, place: string, notes: Notes): Fields {
  return Object.fromEntries(
    Object.entries(value).map(([key, given]) => {
      const field = Object.hasOwn(ALIASES, key) ? ALIASES[key] : undefined;
      if (field === undefined) return [key, given];
      if (Object.hasOwn(value, field))
        notes.fail(`${key} is another name of ${field}, which is given too`, placeOf(place, [key]));
      return [field, given];
    }),
  );
}

function splitUnknown(
  fields: Fields,
  place: string,
  notes: Notes,
): { readonly known: Fields; readonly unknown: Fields } {
  const entries = Object.entries(fields);
  const isKnown = ([key]: [string, unknown]): boolean => Object.hasOwn(TASK_FIELDS, key);
  const unknown = entries.filter((entry) => !isKnown(entry) && !isStatus(entry, place, notes));
  for (const [key] of unknown) {
    const [near] = suggest(key, Object.keys(TASK_FIELDS), 1);
    const asked = near === undefined ? "" : `; did you mean ${near}?`;
    notes.warnings.push(`${placeOf(place, [key])} is no field of a task and is kept as it is${asked}`);
  }
  return { known: Object.fromEntries(entries.filter(isKnown)), unknown: Object.fromEntries(unknown) };
}

/** A status is earned: the only one that a new task may name is the one that it gets. */
function isStatus([key, value]: [string, unknown], place: string, notes: Notes): boolean {
  if (key !== "status") return false;
  if (value !== "todo") {
    notes.fail("a new task is todo", `${place}.status`, {
      hint: "leave the status out; holdfast task claim, then done",
    });
  }
  return true;
}

const listed = (schema: z.ZodMiniType): Fields => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: "input" }) as Fields;
  return rest;
};

const taskSchema = (): Fields => ({ ...listed(TASK), additionalProperties: true });
const DIALECT = "https://json-schema.org/draft/2020-12/schema";

/** The JSON Schema of what `task add` reads. */
export function taskDocumentJsonSchema(): Fields {
  const tasks = { type: "array", items: { $ref: "#/$defs/task" } };
  const object = { type: "object", required: ["tasks"], properties: { tasks }, additionalProperties: true };
  return { $schema: DIALECT, title: "Tasks for Holdfast", $defs: { task: taskSchema() }, anyOf: [tasks, object] };
}

/** The JSON Schema of what `plan import` reads. */
export function planDocumentJsonSchema(): Fields {
  const plan = listed(PLAN);
  const properties = {
    $schema: { type: "string" },
    ...(plan["properties"] as Fields),
    tasks: { type: "array", items: { $ref: "#/$defs/task" } },
  };
  return {
    $schema: DIALECT,
    title: "A plan for Holdfast",
    $defs: { task: taskSchema() },
    ...plan,
    properties,
    additionalProperties: false,
  };
}
