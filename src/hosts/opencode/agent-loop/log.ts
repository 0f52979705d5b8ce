import { appendFile, mkdir } from "node:fs/promises";
import { expandPath } from "./goal-file.ts";
import { fieldsOf } from "./event.ts";

export type LogLevel = "debug" | "info" | "warn" | "error";

/** Never throws and never waits; nothing goes to the terminal, which is the host's. */
export type Log = Readonly<Record<LogLevel, (message: string, data?: Readonly<Record<string, unknown>>) => void>>;

interface LogOptions {
  /** OpenCode's, whose own log gets the lines too. */
  readonly client?: unknown;
  /** Gets a JSON line for each. */
  readonly logFilePath?: string | undefined;
  /** Whether details are told too. */
  readonly debug?: boolean | undefined;
  readonly source: string;
}

const SERVICE = "holdfast/agent-loop";

export function createLog({ client, logFilePath, debug = true, source }: LogOptions): Log {
  const { app } = fieldsOf(client);
  const file = logFilePath === undefined ? undefined : lineFile(expandPath(logFilePath));
  const say = (level: LogLevel, message: string, data: Readonly<Record<string, unknown>> = {}): void => {
    if (!debug && (level === "debug" || level === "info")) return;
    file?.({ timestamp: new Date().toISOString(), level, message, data, source });
    tell(app, { service: SERVICE, level, message, extra: { ...data, source } });
  };
  return {
    debug: (message, data) => say("debug", message, data),
    info: (message, data) => say("info", message, data),
    warn: (message, data) => say("warn", message, data),
    error: (message, data) => say("error", message, data),
  };
}

function tell(app: unknown, body: object): void {
  const { log } = fieldsOf(app);
  if (typeof log !== "function") return;
  try {
    void Promise.resolve(log.call(app, { body })).catch(() => undefined);
  } catch {
    // A log that cannot be written stops nobody's work.
  }
}

/** Appends lines in the order in which they were said. */
function lineFile(path: string): (line: object) => void {
  const folder = path.replace(/[/\\][^/\\]*$/, "");
  let last: Promise<unknown> =
    folder === path || folder === "" ? Promise.resolve() : mkdir(folder, { recursive: true });
  return (line) => {
    last = last.then(() => appendFile(path, `${JSON.stringify(line)}\n`)).catch(() => undefined);
  };
}
