/** A published format: `schemas/<name>.schema.json` is made from it, and checked to be up to date. */
export interface PublishedSchema {
  /** Kebab-case, without an ending. */
  readonly name: string;
  /** The JSON Schema, as a value. */
  readonly schema: () => Promise<object>;
}

export const schemas: readonly PublishedSchema[] = [
  { name: "status", schema: async () => (await import("./schemas/status.ts")).statusJsonSchema() },
  { name: "settings", schema: async () => (await import("../workspace/settings.ts")).settingsJsonSchema() },
  { name: "state", schema: async () => (await import("./schemas/state.ts")).stateJsonSchema() },
  {
    name: "review",
    schema: async () => (await import("../evidence/reviews/review-json.ts")).reviewJsonSchema(),
  },
  { name: "tasks", schema: async () => (await import("../engine/tasks/task-input.ts")).taskDocumentJsonSchema() },
  { name: "plan", schema: async () => (await import("../engine/tasks/task-input.ts")).planDocumentJsonSchema() },
];
