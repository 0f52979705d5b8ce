import { fieldsOf, textOf } from "./event.ts";

const IN_MESSAGE = /abort(?:ed)?|cancell?ed|interrupted|\bstop(?:ped)?\b|terminated?|\bquit\b|\bexit\b/i;
const IN_DATA = /aborted|cancell?ed|interrupted|stopped|terminated/i;
const NAMES = /Abort|Cancel|Interrupt|Exit|Terminate/;
const CODES = /cancel|abort|exit|terminate/i;
const SIGNALS: ReadonlySet<string> = new Set(["SIGTERM", "SIGINT", "SIGKILL"]);

/** OpenCode's own errors: what a provider says in them is no person's act, whatever its words. */
const HOST_ERRORS: ReadonlySet<string> = new Set([
  "APIError",
  "ProviderAuthError",
  "ContextOverflowError",
  "MessageOutputLengthError",
  "StructuredOutputError",
  "ContentFilterError",
]);

/** Whether an error says that somebody interrupted, rather than that something failed. */
function isInterruption(error: unknown): boolean {
  if (typeof error === "string") return IN_DATA.test(error);
  const { name, code, signal, data } = fieldsOf(error);
  const named = textOf(name) ?? "";
  if (HOST_ERRORS.has(named)) return false;
  if (NAMES.test(named)) return true;
  if (error instanceof Error) return IN_MESSAGE.test(error.message);
  const { message } = fieldsOf(data);
  return CODES.test(textOf(code) ?? "") || SIGNALS.has(textOf(signal) ?? "") || IN_DATA.test(textOf(message) ?? "");
}

export type Failure = "interrupted" | "overflow" | "fatal" | "error";

/** What an error means for going on. `overflow`: the host compacts by itself; `fatal`: trying again cannot help. */
export function failureOf(error: unknown): Failure {
  if (isInterruption(error)) return "interrupted";
  const { name } = fieldsOf(error);
  if (name === "ContextOverflowError") return "overflow";
  return name === "ProviderAuthError" ? "fatal" : "error";
}
