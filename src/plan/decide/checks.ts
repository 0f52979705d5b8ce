import type { CheckInput, CommandOf } from "../commands.ts";
import { CHECK_FIELDS } from "../events.ts";
import { refuse, type Refusal } from "../refusal.ts";
import { misshapen, type FieldShape } from "../shape.ts";
import type { PlanState } from "../state.ts";
import { advise, collectErrors, deny, events, type Decision } from "./decision.ts";
import { findCheck, findTask } from "./find.ts";

const FIELDS = { kind: "string?", command: "strings?", ...CHECK_FIELDS } as const;

export function addCheck(state: PlanState, { check, fields }: CommandOf<"add-check">): Decision {
  const checked = checkFields(state, check, fields);
  if ("refusal" in checked) return checked;
  const { kind, command, ...more } = checked.fields;
  if (kind === undefined || command === undefined) {
    return deny(refuse("bad-value", `check ${check} needs a kind (test or command) and something to run`));
  }
  return events({ ...more, type: "check.added", check, kind, command });
}

export function editCheck(state: PlanState, { check, fields, clear }: CommandOf<"edit-check">): Decision {
  const known = findCheck(state, check);
  if ("refusal" in known) return known;
  const checked = checkFields(state, known.found.id, fields);
  if ("refusal" in checked) return checked;
  const cleared = clear === undefined || clear.length === 0 ? {} : { cleared: clear };
  if (Object.keys({ ...checked.fields, ...cleared }).length === 0) return advise("nothing to change");
  return events({ ...checked.fields, ...cleared, type: "check.edited", check: known.found.id });
}

export function dropCheck(state: PlanState, { check, why }: CommandOf<"drop-check">): Decision {
  const known = findCheck(state, check);
  if ("refusal" in known) return known;
  return events({ type: "check.dropped", check: known.found.id, ...(why === undefined ? {} : { why }) });
}

export function recordEvidence(state: PlanState, command: CommandOf<"record-evidence">): Decision {
  const known = findCheck(state, command.check);
  if ("refusal" in known) return known;
  const { tests, ...evidence } = command.evidence;
  const counted = tests === undefined ? {} : { tests: { ...tests } };
  return events({ type: "evidence.recorded", check: known.found.id, form: command.form, ...evidence, ...counted });
}

export function recordObserved(state: PlanState, command: CommandOf<"record-observed">): Decision {
  const known = findCheck(state, command.check);
  if ("refusal" in known) return known;
  const { tests, ...observed } = command.observed;
  const counted = tests === undefined ? {} : { tests: { ...tests } };
  return events({ type: "check.observed", check: known.found.id, form: command.form, ...observed, ...counted });
}

/** The fields as an event has them: of their types, tasks by uid. Refuses with all the errors, each with its place. */
function checkFields(
  state: PlanState,
  id: string,
  input: CheckInput,
): { readonly fields: CheckInput } | { readonly refusal: Refusal } {
  const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
  const errors: Refusal[] = [];
  for (const [field, value] of Object.entries(given)) {
    const shape = (FIELDS as Readonly<Record<string, FieldShape>>)[field];
    if (shape === undefined) errors.push(refuse("bad-value", `a check has no ${field}`, { place: field }));
    else if (misshapen({ [field]: value }, { [field]: shape }) !== undefined)
      errors.push(refuse("bad-value", `${field} is not of its type`, { place: field }));
  }
  const uids: string[] = [];
  const named = errors.some(({ place }) => place === "tasks") ? [] : (input.tasks ?? []);
  for (const [index, name] of named.entries()) {
    const task = findTask(state, name);
    if ("refusal" in task) errors.push({ ...task.refusal, place: `tasks[${index}]` });
    else uids.push(task.found.uid);
  }
  if (errors.length > 0) return { refusal: collectErrors("bad-check", `check ${id}`, errors) };
  return { fields: { ...given, ...(input.tasks === undefined ? {} : { tasks: uids }) } };
}
