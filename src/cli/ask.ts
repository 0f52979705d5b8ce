import type { Io } from "./io.ts";

/** Whether somebody can be asked: both sides of the conversation are terminals. */
export const canAsk = ({ stdin, stderr }: Io): boolean => stdin.isTTY === true && stderr.isTTY === true;

/** Asks on stderr and gives the first line that is typed, trimmed; empty where nothing is. */
export async function ask(io: Io, question: string): Promise<string> {
  io.stderr.write(question);
  let typed = "";
  for await (const chunk of io.stdin) {
    typed += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8");
    if (typed.includes("\n")) break;
  }
  return (typed.split("\n", 1)[0] ?? "").trim();
}
