import { ok, refused, type Result } from "../plan/refusal.ts";
import { accountName } from "./actor.ts";
import { agentOf, agentVariable } from "./agent-programs.ts";
import { ancestorsOf, type ProcessSight } from "./process-table.ts";

/** Whose act it is, where it was shown to be a person's. */
export interface Person {
  readonly person: string;
}

export interface PersonInput {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly isTerminal?: boolean;
  /** Of this process, the parent first; undefined where they cannot be seen. */
  readonly ancestors?: () => Promise<readonly ProcessSight[] | undefined>;
}

/**
 * Whether a person typed this command: it reads from a terminal, and no agent is among the programs that led to it.
 * Output may go anywhere, since people pipe it. What cannot be seen counts against. A program of the same account that
 * sets out to look like a person can.
 */
export async function detectPerson(input: PersonInput = {}): Promise<Result<Person>> {
  const { env = process.env, ancestors = () => ancestorsOf(process.pid) } = input;
  const isTerminal = input.isTerminal ?? (await import("node:tty")).isatty(0);
  const hint = "A person does this in a terminal of their own, not through an agent.";
  if (!isTerminal) return refused("not-a-terminal", "Nobody can type here: the input is no terminal.", { hint });
  const variable = agentVariable(env);
  if (variable !== undefined) {
    return refused("inside-an-agent", `An agent started this: ${variable} is set.`, { hint });
  }
  const programs = await ancestors();
  if (programs === undefined) {
    return refused("unseen-ancestors", "The programs that led here cannot be seen, so this may be an agent's act.", {
      hint,
    });
  }
  for (const program of programs) {
    const agent = agentOf(program);
    if (agent === undefined) continue;
    return refused("inside-an-agent", `An agent started this: ${agent} (process ${program.pid}).`, { hint });
  }
  return ok({ person: accountName() });
}
