import process from "node:process";

/**
 * Stands in for a part of the MCP SDK when the program is bundled (scripts/bundle.mjs): its own brings a JSON Schema
 * validator of 300 KB along, for questions to the person and for output schemas, of which this server has none.
 */
export class DefaultJsonSchemaValidator {
  getValidator(): never {
    throw new Error("bug: nothing here is checked against a JSON Schema");
  }
}

export { process };
