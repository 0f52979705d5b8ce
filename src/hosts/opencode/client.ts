import { payloadOf } from "../payload.ts";
import { fieldsOf } from "./fields.ts";
import { readDescription, type Description, type Voice } from "./noticed.ts";

/** Marks the prompts that are ours; the host keeps it with the message. */
export const OWN_MARK = "holdfast";

export interface Toast {
  readonly title?: string;
  readonly message: string;
  readonly variant: "info" | "success" | "warning" | "error";
  readonly duration?: number;
}

/** What we use of the host's own client. No method throws; what the host refuses is `false` or undefined. */
export interface HostClient {
  describe(id: string): Promise<Description | undefined>;
  /** Sends a prompt of ours without waiting for what comes of it: waiting inside a callback would never end. */
  prompt(id: string, text: string, voice: Voice): Promise<boolean>;
  rename(id: string, title: string): Promise<boolean>;
  toast(toast: Toast): Promise<void>;
}

type Method = (request: Readonly<Record<string, unknown>>) => Promise<unknown>;

/** The client that OpenCode 1.18 gives to its plugins; a method that it lacks is one that refuses. */
export function hostClient(raw: unknown): HostClient {
  const call = async (room: string, name: string, request: Readonly<Record<string, unknown>>): Promise<unknown> => {
    const owner = payloadOf(fieldsOf(raw), room) ?? (fieldsOf(raw)[room] as object | undefined);
    const method = (owner as Record<string, unknown> | undefined)?.[name];
    if (typeof method !== "function") return undefined;
    try {
      const result = fieldsOf(await (method as Method).call(owner, request));
      return result["error"] === undefined ? { data: result["data"] } : undefined;
    } catch {
      return undefined;
    }
  };
  return {
    describe: async (id) => {
      const info = payloadOf(fieldsOf(await call("session", "get", { path: { id } })), "data");
      return info === undefined ? undefined : readDescription(info);
    },
    prompt: async (id, text, { agent, model, variant }) => {
      const body = {
        ...(agent === undefined ? {} : { agent }),
        ...(model === undefined ? {} : { model }),
        ...(variant === undefined ? {} : { variant }),
        parts: [{ type: "text", text, synthetic: true, metadata: { [OWN_MARK]: { kind: "continuation" } } }],
      };
      return (await call("session", "promptAsync", { path: { id }, body })) !== undefined;
    },
    rename: async (id, title) => (await call("session", "update", { path: { id }, body: { title } })) !== undefined,
    toast: async (body) => {
      await call("tui", "showToast", { body });
    },
  };
}
