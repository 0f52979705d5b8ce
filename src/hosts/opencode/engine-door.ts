import { answerHost } from "../../engine/hooks/answer-host.ts";
import { ranCheck } from "../../engine/hooks/check-forms.ts";
import { grantLine } from "../../engine/continuation/continuation.ts";
import { countItems } from "../../engine/hooks/host-todos.ts";
import { mayWriteThere } from "../../engine/hooks/kept-folders.ts";
import type { HostEvent } from "../../engine/hooks/host-event.ts";
import { writeReceipt } from "../../engine/hooks/host-receipt.ts";
import type { Door } from "./door.ts";
import { Sights, withWorkspace } from "./sight.ts";

export interface DoorOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly pid: number;
  /** Nobody sits at this process. */
  readonly isHeadless: boolean;
  /** The wall clock in milliseconds; the real one where absent. */
  readonly now?: () => number;
}

/** The engine as the plugin uses it, in the host's own process. */
export function engineDoor({ env: given, pid, isHeadless, now = Date.now }: DoorOptions): Door {
  const env = environmentOf(given, pid);
  const sights = new Sights(env, now);
  return {
    look: (session, cwd) => sights.look(session, cwd),
    planTodos: (session, cwd) => sights.planTodos(session, cwd),
    isQuiet: (cwd) => (sights.place(cwd)?.slugs.length ?? 0) === 0,
    concerns: (event) => {
      const place = sights.place(event.cwd);
      if (place === undefined || place.slugs.length === 0) return false;
      return event.tool.kind === "spawn" || mayWriteThere(event, place, env);
    },
    ranCheck: (event) => {
      const place = sights.place(event.cwd);
      return place !== undefined && ranCheck(event, place.planning, place.slugs);
    },
    isPlan: (cwd, slug) => sights.place(cwd)?.slugs.includes(slug) === true,
    answer: (event, isTrusted) => answerHost(event, { cwd: event.cwd, env, isTrusted, now }),
    mayGoOn: async ({ session, cwd, ending, backgroundTasks }, { todos, isAwaited }) => {
      if (sights.place(cwd) === undefined || ending !== "clean" || backgroundTasks > 0 || isAwaited) return false;
      const line = await withWorkspace({ cwd, env, session, now }, (one) => grantLine(one, session, countItems(todos)));
      return line !== undefined;
    },
    endTurn: (event, facts) => {
      const turn = { ...event, ...facts, isHeadless, todos: countItems(facts.todos) };
      return answerHost(turn, { cwd: event.cwd, env, isTrusted: true, now });
    },
    note: (cwd, place, error) => {
      const found = sights.place(cwd);
      if (found === undefined) return;
      const message = `${place}: ${error instanceof Error ? error.message : String(error)}`;
      try {
        writeReceipt(found.planning, receiptEvent(cwd, place), { at: now(), bytes: 0, error: message });
      } catch {
        // It is for looking up what went wrong; nothing hangs on it.
      }
    },
  };
}

/** What another agent set for the programs it starts says nothing about whose session this is. */
function environmentOf(env: DoorOptions["env"], pid: number): DoorOptions["env"] {
  const { HOLDFAST_SESSION: session, ...rest } = env;
  const isWorker = (env["HOLDFAST_WORKER"] ?? "") !== "";
  return {
    ...rest,
    HOLDFAST_PID: String(pid),
    ...(isWorker && session !== undefined && { HOLDFAST_SESSION: session }),
  };
}

/** Receipts are by kind of event; callbacks that are none of them count with the session's start. */
function receiptEvent(cwd: string, place: string): HostEvent {
  const base = { host: "opencode" as const, session: "opencode:plugin", cwd };
  switch (place) {
    case "chat.message":
      return { ...base, type: "prompt-submitted", prompt: "", by: "machine" };
    case "tool.execute.before":
      return { ...base, type: "tool-starting", tool: { kind: "other", name: "" } };
    case "tool.execute.after":
      return { ...base, type: "tool-finished", tool: { kind: "other", name: "" }, outcome: "unknown" };
    case "session.compacting":
      return { ...base, type: "compacting", trigger: "auto" };
    case "event":
    case "prompt":
      return { ...base, type: "turn-ended", isContinued: false, backgroundTasks: 0, ending: "clean" };
    default:
      return { ...base, type: "session-started", source: "startup" };
  }
}
