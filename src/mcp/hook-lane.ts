import type { CallToolResult, JSONRPCMessage, Transport } from "@modelcontextprotocol/server";
import { HOOK_TOOL } from "../hosts/hook-template.ts";
import { isObject } from "../plan/shape.ts";

/** Answers a call of the hooks' tool; undefined while nobody is there to do so. */
export type HookAnswer = (args: unknown, meta: unknown) => Promise<CallToolResult> | undefined;

const INTERNAL_ERROR = -32_603;

/**
 * A transport on which calls of the hooks' tool go straight to whoever answers them: the host waits for one at nearly
 * every call of a tool, and the protocol's own machinery takes longer than most of the answers.
 */
export function withHookLane(wire: Transport, answer: HookAnswer): Transport {
  const lane: Transport = {
    start: () => {
      const heard: Pick<Transport, "onclose" | "onerror" | "onmessage"> = {
        onclose: () => lane.onclose?.(),
        onerror: (error) => lane.onerror?.(error),
        onmessage: (message, extra) => {
          const call = hookCall(message);
          const answering = call && answer(call.args, call.meta);
          if (answering === undefined) lane.onmessage?.(message, extra);
          else void send(call!.id, answering);
        },
      };
      Object.assign(wire, heard);
      return wire.start();
    },
    send: (message, options) => wire.send(message, options),
    close: () => wire.close(),
  };

  const send = async (id: string | number, answering: Promise<CallToolResult>): Promise<void> => {
    try {
      const told = await answering.then(
        (result) => ({ result: { ...result } }),
        () => ({ error: { code: INTERNAL_ERROR, message: "the hook could not be answered" } }),
      );
      await wire.send({ jsonrpc: "2.0", id, ...told });
    } catch (error) {
      // Nobody is there to hear it any more.
      lane.onerror?.(error instanceof Error ? error : new Error(String(error)));
    }
  };
  return lane;
}

function hookCall(message: JSONRPCMessage) {
  if (!("method" in message) || !("id" in message) || message.method !== "tools/call") return undefined;
  const { id, params } = message;
  if (!isObject(params) || params["name"] !== HOOK_TOOL) return undefined;
  return { id, args: params["arguments"], meta: params["_meta"] };
}
