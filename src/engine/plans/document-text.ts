import { extname } from "node:path";
import { ok, refuse, refused, type Refusal, type Result } from "../../plan/refusal.ts";

/** The most that is read of a document, in characters; no record may be larger. */
const MAX_CHARS = 8 * 1024 * 1024;
const MAX_ALIASES = 100;
/** Deeper values than people write, far from what a stack can bear. */
const MAX_DEPTH = 64;

/**
 * The value of a JSON or YAML text. `name` is for places, and its ending says which of the two it is; without one the
 * text does.
 */
export async function readDocument(text: string, name: string): Promise<Result<unknown>> {
  const body = text.replace(/^\uFEFF/, "");
  if (body.length > MAX_CHARS) return refused("bad-document", `${name} is larger than ${MAX_CHARS >> 20} MB`);
  if (body.trim() === "") return refused("bad-document", `${name} is empty`);
  try {
    const read = isJson(body, name) ? await readJson(body, name) : await readYaml(body, name);
    if (!read.ok) return read;
    return isTooDeep(read.value) ? refused("bad-document", `${name} is nested too deeply`) : read;
  } catch (error) {
    const why = error instanceof RangeError ? "it is nested too deeply" : (error as Error).message;
    return refused("bad-document", `${name} cannot be read: ${why}`);
  }
}

function isJson(text: string, name: string): boolean {
  const ending = extname(name).toLowerCase();
  if (ending === ".json") return true;
  if (ending === ".yaml" || ending === ".yml") return false;
  return /^\s*[[{]/.test(text);
}

async function readJson(text: string, name: string): Promise<Result<unknown>> {
  try {
    return ok(JSON.parse(text) as unknown);
  } catch {
    const { parseTree } = await import("jsonc-parser");
    const { describeFlaw } = await import("../../workspace/json-flaw.ts");
    const errors: { error: number; offset: number; length: number }[] = [];
    parseTree(text, errors, { disallowComments: true });
    const found = errors.map(({ error, offset }) => {
      const message = `this is not JSON: ${describeFlaw(error)}`;
      return refuse("bad-document", message, { place: placeAt(text, name, offset) });
    });
    return { ok: false, refusal: inOne(found, `${name} is not JSON`) };
  }
}

async function readYaml(text: string, name: string): Promise<Result<unknown>> {
  const { parseDocument } = await import("yaml");
  const document = parseDocument(text, { prettyErrors: false, uniqueKeys: true, logLevel: "silent" });
  if (document.errors.length > 0) {
    const found = document.errors.map(({ message, pos }) =>
      refuse("bad-document", `this is not YAML: ${message}`, { place: placeAt(text, name, pos[0]) }),
    );
    return { ok: false, refusal: inOne(found, `${name} is not YAML`) };
  }
  return ok(document.toJS({ maxAliasCount: MAX_ALIASES }) as unknown);
}

/** One error is the refusal itself; several are its details. */
export function inOne(errors: readonly Refusal[], message: string): Refusal {
  const [only] = errors;
  if (only !== undefined && errors.length === 1) return only;
  return refuse("bad-document", message, errors.length === 0 ? {} : { details: errors });
}

function placeAt(text: string, name: string, offset: number): string {
  const before = text.slice(0, offset);
  return `${name}:${before.split("\n").length}:${offset - before.lastIndexOf("\n")}`;
}

function isTooDeep(value: unknown): boolean {
  let layer: unknown[] = [value];
  for (let depth = 0; layer.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) return true;
    layer = layer.flatMap((item) => (typeof item === "object" && item !== null ? Object.values(item) : []));
  }
  return false;
}
