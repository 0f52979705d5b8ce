import type { TaskInput } from "../commands.ts";
import { TASK_FIELDS, type PlanEventOf } from "../events.ts";
import { taskById } from "../graph.ts";
import { idKey, validateId } from "../names.ts";
import { refuse, type Refusal } from "../refusal.ts";
import { misshapen, type Shape } from "../shape.ts";
import type { PlanState } from "../state.ts";
import { suggest } from "../suggest.ts";
import { checkReviewers } from "./plan-input.ts";

const MAX_TITLE = 300;
/** Where a task or the plan may be named, this is the plan: `waive confidence plan`. */
const WHOLE = "plan";

interface Named {
  readonly input: TaskInput;
  readonly id: string;
  readonly index: number;
  readonly place: string;
}

/** The first task of each id in the input. */
type Names = ReadonlyMap<string, Named>;

/**
 * The events that add these tasks, parents before children, so that all are added or none.
 * `firstIndex` is where they will stand in their record, from which their uids follow.
 * On bad input: every error, each with its place.
 */
export function addTasks(
  state: PlanState,
  inputs: readonly TaskInput[],
  recordId: string,
  firstIndex: number,
): { readonly events: readonly PlanEventOf<"task.added">[] } | { readonly errors: readonly Refusal[] } {
  const shapes = inputs.flatMap((input, index) => checkShape(input, `tasks[${index}]`));
  if (shapes.length > 0) return { errors: shapes };
  const { sorted, errors } = checkTasks(state, inputs);
  if (errors.length > 0) return { errors };
  const uids = new Map<string, string>();
  const events = sorted.map((task, offset) => {
    uids.set(idKey(task.id), `${recordId}.${firstIndex + offset}`);
    return addedEvent(state, task, uids, state.nextOrder + task.index);
  });
  return { events };
}

/** What is wrong with tasks that are to be added, each with its place. Their fields are of the right kinds. */
export const taskErrors = (state: PlanState, inputs: readonly TaskInput[]): readonly Refusal[] =>
  checkTasks(state, inputs).errors;

function checkTasks(
  state: PlanState,
  inputs: readonly TaskInput[],
): { readonly sorted: readonly Named[]; readonly errors: readonly Refusal[] } {
  const named = nameTasks(state, inputs);
  const names: Names = new Map(named.toReversed().map((task) => [idKey(task.id), task]));
  const sorted = sortByParents(state, named, names);
  const errors = [...named.flatMap((task) => checkTask(state, names, task)), ...sorted.errors];
  return { sorted: sorted.tasks, errors };
}

const INPUT = { id: "string?", ...TASK_FIELDS, title: "string", parents: "strings?" } as const satisfies Shape;

const IN_WORDS: Readonly<Record<string, string>> = {
  string: "a text",
  strings: "a list of texts",
  number: "a number",
  object: "an object",
};

/** Fields that are missing or of another type, as input from a file may have them. */
export function checkShape(input: unknown, place: string, shape: Shape = INPUT): readonly Refusal[] {
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    return [refuse("bad-value", "a task is an object", { place })];
  }
  return Object.entries(shape).flatMap(([field, wanted]) => {
    if (misshapen(input as Readonly<Record<string, unknown>>, { [field]: wanted }) === undefined) return [];
    const words = IN_WORDS[wanted.replace("?", "")] ?? wanted;
    const at = place === "" ? field : `${place}.${field}`;
    return [refuse("bad-value", `a task's ${field} is ${words}`, { place: at })];
  });
}

function nameTasks(state: PlanState, inputs: readonly TaskInput[]): readonly Named[] {
  const taken = new Set<string>(state.ids.keys());
  for (const { id } of inputs) if (id !== undefined) taken.add(idKey(id));
  let next = 1;
  return inputs.map((input, index) => {
    const place = `tasks[${index}]`;
    if (input.id !== undefined) return { input, id: input.id, index, place };
    while (taken.has(`t${next}`)) next += 1;
    taken.add(`t${next}`);
    return { input, id: `T${next}`, index, place };
  });
}

function checkTask(state: PlanState, names: Names, task: Named): readonly Refusal[] {
  const { input, id, place } = task;
  const errors: Refusal[] = [];
  const valid = validateId(id);
  if (!valid.ok) errors.push({ ...valid.refusal, place: `${place}.id` });
  if (idKey(id) === WHOLE) {
    const message = `${JSON.stringify(id)} cannot be an id: it is what commands call the plan as a whole`;
    errors.push(refuse("bad-id", message, { place: `${place}.id`, hint: "choose another id" }));
  }
  const twin = taskById(state, id) ?? names.get(idKey(id));
  if (twin !== undefined && twin !== task) {
    const isOfInput = taskById(state, id) === undefined;
    errors.push(
      refuse("duplicate-id", `there is a task ${twin.id} already${isOfInput ? " in what was given" : ""}`, {
        place: `${place}.id`,
        hint: `choose another id${isOfInput ? "" : `, or holdfast task edit ${twin.id}`}`,
      }),
    );
  }
  return [...errors, ...checkValues(id, input, place), ...checkParents(state, names, task)];
}

/** Errors in the values that a task is given or changed to. */
export function checkValues(
  id: string,
  input: { readonly title?: string; readonly priority?: number; readonly reviewers?: readonly string[] },
  place?: string,
): readonly Refusal[] {
  const at = (field: string) => ({ place: place === undefined ? field : `${place}.${field}` });
  const { title, priority, reviewers } = input;
  const errors: Refusal[] = [...checkReviewers(reviewers, at("reviewers").place)];
  if (title?.trim() === "") errors.push(refuse("bad-value", `${id}: a task needs a title`, at("title")));
  if (title !== undefined && title.length > MAX_TITLE) {
    const message = `${id}: a title has at most ${MAX_TITLE} characters; the rest belongs into the description`;
    errors.push(refuse("bad-value", message, at("title")));
  }
  if (priority !== undefined && !(Number.isInteger(priority) && priority >= 0 && priority <= 4)) {
    const message = `${id}: a priority is a whole number from 0 (most urgent) to 4, not ${priority}`;
    errors.push(refuse("bad-value", message, at("priority")));
  }
  return errors;
}

function checkParents(state: PlanState, names: Names, { input, id, place }: Named): readonly Refusal[] {
  return (input.parents ?? []).flatMap((parent, index) => {
    const at = { place: `${place}.parents[${index}]` };
    if (idKey(parent) === idKey(id)) return [refuse("cycle", `${id} cannot depend on itself`, at)];
    if (taskById(state, parent) !== undefined || names.has(idKey(parent))) return [];
    return [
      {
        ...unknownParent(
          state,
          id,
          parent,
          [...names.values()].map((other) => other.id),
        ),
        ...at,
      },
    ];
  });
}

export function unknownParent(state: PlanState, id: string, parent: string, more: readonly string[] = []): Refusal {
  const known = [...state.tasks.values()].map((task) => task.id).concat(more);
  const near = suggest(
    parent,
    known.filter((other) => idKey(other) !== idKey(id)),
  );
  return refuse("unknown-parent", `${id}: there is no task ${JSON.stringify(parent.slice(0, 80))} to depend on`, {
    hint: near.length > 0 ? `did you mean ${near.join(", ")}?` : "holdfast task list",
  });
}

/** Parents before children, else as given; tasks that wait for each other are an error with the way round. */
function sortByParents(
  state: PlanState,
  named: readonly Named[],
  names: Names,
): { readonly tasks: readonly Named[]; readonly errors: readonly Refusal[] } {
  const errors: Refusal[] = [];
  const sorted = new Set<Named>();
  for (const start of named) {
    const path: Named[] = [start];
    const onPath = new Set(path);
    while (path.length > 0) {
      const task = path.at(-1)!;
      const next = (task.input.parents ?? [])
        .filter((id) => idKey(id) !== idKey(task.id) && taskById(state, id) === undefined)
        .flatMap((id) => names.get(idKey(id)) ?? [])
        .find((parent) => !sorted.has(parent));
      if (next === undefined) {
        sorted.add(task);
        onPath.delete(task);
        path.pop();
      } else if (onPath.has(next)) {
        errors.push(cycleError([...path.slice(path.indexOf(next)), next]));
        for (const each of path) sorted.add(each);
        break;
      } else {
        onPath.add(next);
        path.push(next);
      }
    }
  }
  return { tasks: [...sorted], errors };
}

/** The path reads the way work flows: from what must come first. */
const cycleError = (round: readonly Named[]): Refusal =>
  refuse(
    "cycle",
    `these tasks wait for each other: ${round
      .map(({ id }) => id)
      .toReversed()
      .join(" → ")}`,
    {
      place: `${round[0]!.place}.parents`,
      hint: "leave one of these dependencies out",
    },
  );

const OPTIONAL = Object.keys(TASK_FIELDS) as (keyof typeof TASK_FIELDS)[];

function addedEvent(
  state: PlanState,
  { input, id }: Named,
  uids: ReadonlyMap<string, string>,
  order: number,
): PlanEventOf<"task.added"> {
  const optional = Object.fromEntries(
    OPTIONAL.flatMap((field) => (input[field] === undefined ? [] : [[field, input[field]]])),
  );
  const parents = (input.parents ?? []).map((parent) => uids.get(idKey(parent)) ?? taskById(state, parent)!.uid);
  return { ...optional, type: "task.added", id, title: input.title, parents: [...new Set(parents)], order };
}
