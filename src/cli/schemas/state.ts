import type { FieldShape } from "../../plan/shape.ts";
import { PLAN_FORM, TASK_FORM, type Form } from "../../plan/state-shapes.ts";

type JsonSchema = Readonly<Record<string, unknown>>;

const KINDS: Readonly<Record<string, JsonSchema>> = {
  string: { type: "string" },
  number: { type: "number" },
  boolean: { type: "boolean" },
  strings: { type: "array", items: { type: "string" } },
  object: { type: "object" },
  any: {},
  time: { type: "integer", minimum: 0, description: "Milliseconds since the epoch." },
  count: { type: "integer", minimum: 0 },
  stamps: {
    type: "object",
    additionalProperties: { type: "string" },
    description: "Which record gave each field its value, as <clone>:<ordinal>.",
  },
};

const kindOf = (shape: FieldShape): JsonSchema => KINDS[shape.replace(/\?$/, "")]!;

/** A form as the program checks it, told in JSON Schema. Fields beyond the form are let through there too. */
function formSchema({ fields, objects, lists, oneOf }: Form): JsonSchema {
  const properties: Record<string, JsonSchema> = {};
  for (const [field, shape] of Object.entries(fields)) properties[field] = kindOf(shape);
  for (const [field, words] of oneOf) properties[field] = { enum: [...words] };
  for (const [field, form] of objects) properties[field] = formSchema(form);
  for (const [field, form] of lists) properties[field] = { type: "array", items: formSchema(form) };
  const required = [
    ...Object.entries(fields).flatMap(([field, shape]) => (shape.endsWith("?") ? [] : [field])),
    ...oneOf.map(([field]) => field),
    ...lists.map(([field]) => field),
  ];
  return { type: "object", properties, required };
}

/** What state.json holds: the plan, its tasks, and how far the journal was folded. */
export function stateJsonSchema(): object {
  const plan = formSchema(PLAN_FORM) as { readonly properties: object; readonly required: readonly string[] };
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "state.json",
    description: "A plan as its journal folds to it. Written anew after every command; not to be edited.",
    ...plan,
    properties: {
      format: { const: 1 },
      ...plan.properties,
      tasks: { type: "array", items: formSchema(TASK_FORM) },
      cursor: { type: "object", description: "How far each journal file was folded." },
      digest: { type: "string", description: "SHA-256 of all the text before it." },
    },
    required: ["format", ...plan.required, "tasks", "cursor", "digest"],
  };
}
