import type { CheckInput, CommandOf } from "../commands.ts";
import { CHECK_FIELDS, type PlanEvent } from "../events.ts";
import { tryRecord } from "../evolve/evolve.ts";
import { isPersons } from "../evolve/permission.ts";
import { refuse, type Refusal } from "../refusal.ts";
import { misshapen, type FieldShape } from "../shape.ts";
import type { PlanState } from "../state.ts";
import type { RecordHeader } from "./decide.ts";
import { advise, collectErrors, deny, events, type Decision } from "./decision.ts";
import { findCheck, findCriterion, findTask } from "./find.ts";

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

/** What a person approved is made weaker by a person alone: what others wish is a proposal. */
export function editCheck(
  state: PlanState,
  { check, fields, clear }: CommandOf<"edit-check">,
  header: RecordHeader,
): Decision {
  const known = findCheck(state, check);
  if ("refusal" in known) return known;
  const { id, approved } = known.found;
  const checked = checkFields(state, id, fields);
  if ("refusal" in checked) return checked;
  const change = { ...checked.fields, ...(clear === undefined || clear.length === 0 ? {} : { cleared: clear }) };
  if (Object.keys(change).length === 0) return advise("nothing to change");
  const edited: PlanEvent = { ...change, type: "check.edited", check: id };
  if (approved === undefined || isPersons(header.by)) return events(edited);
  const tried = tryRecord(state, { ...header, events: [edited] });
  const isRefused = "refusal" in tried && tried.refusal.reason === "check-approved";
  return isRefused ? propose(id, { change }) : events(edited);
}

export function dropCheck(state: PlanState, { check, why }: CommandOf<"drop-check">, header: RecordHeader): Decision {
  const known = findCheck(state, check);
  if ("refusal" in known) return known;
  const { id, approved } = known.found;
  const reason = why === undefined ? {} : { why };
  if (approved !== undefined && !isPersons(header.by)) return propose(id, reason);
  return events({ type: "check.dropped", check: id, ...reason });
}

const propose = (
  check: string,
  more: { readonly change?: Readonly<Record<string, unknown>>; readonly why?: string },
): Decision => ({
  events: [{ type: "check.proposed", check, ...more }],
  advice: `a person approved ${check}, so this is proposed and changes nothing yet: a person says holdfast check accept ${check}, or reject`,
});

export function acceptCheck(state: PlanState, { check, form, resolved }: CommandOf<"accept-check">): Decision {
  const known = findCheck(state, check);
  return "refusal" in known
    ? known
    : events({ type: "check.accepted", check: known.found.id, form, resolved: { ...resolved } });
}

export function recordEvidence(state: PlanState, command: CommandOf<"record-evidence">): Decision {
  const known = findCheck(state, command.check);
  if ("refusal" in known) return known;
  const { tests, compared, ...evidence } = command.evidence;
  const counted = {
    ...(tests === undefined ? {} : { tests: { ...tests } }),
    ...(compared === undefined ? {} : { compared: { ...compared } }),
  };
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
  const criteria: string[] = [];
  const asked = errors.some(({ place }) => place === "criteria") ? [] : (input.criteria ?? []);
  for (const [index, name] of asked.entries()) {
    const criterion = findCriterion(state, name);
    if ("refusal" in criterion) errors.push({ ...criterion.refusal, place: `criteria[${index}]` });
    else criteria.push(criterion.found.uid);
  }
  if (errors.length > 0) return { refusal: collectErrors("bad-check", `check ${id}`, errors) };
  const byUid = {
    ...(input.tasks === undefined ? {} : { tasks: uids }),
    ...(input.criteria === undefined ? {} : { criteria }),
  };
  return { fields: { ...given, ...byUid } };
}
