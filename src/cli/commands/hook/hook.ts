import type { Run } from "../../command.ts";
import { readStdin } from "../../stdin.ts";
import type { hook as spec } from "../hook.ts";

/** A host takes any failure of a hook for its own business, so there is none. */
export const answerHook: Run<typeof spec> = async ({ args }, { io, out }) => {
  const input = await readStdin(io);
  const payload = input.ok ? parse(input.value) : undefined;
  if (payload === undefined) return;
  const { answerPayload } = await import("../../../hosts/answer.ts");
  const text = await answerPayload(args.host, payload, io.env, {
    isTrusted: false,
    ...(args.event === undefined ? {} : { event: args.event }),
  });
  if (text !== "") out.write(`${text}\n`);
};

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
