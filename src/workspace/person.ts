import { ok, refuse, refused, type Refusal, type Result } from "../plan/refusal.ts";
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
  if (!isTerminal) return refused("not-a-terminal", "Nobody can type here: the input is no terminal.", { hint: HINT });
  const agent = await detectAgent({ env, ancestors });
  return agent === undefined ? ok({ person: accountName() }) : { ok: false, refusal: agent };
}

const HINT = "A person does this in a terminal of their own, not through an agent.";

/** Why this may be an agent's act: its environment or a program that led to it, or that these cannot be seen. */
export async function detectAgent(input: Omit<PersonInput, "isTerminal"> = {}): Promise<Refusal | undefined> {
  const { env = process.env, ancestors = () => ancestorsOf(process.pid) } = input;
  const variable = agentVariable(env);
  if (variable !== undefined) {
    return refuse("inside-an-agent", `An agent started this: ${variable} is set.`, { hint: HINT });
  }
  const programs = await ancestors();
  if (programs === undefined) {
    const message = "The programs that led here cannot be seen, so this may be an agent's act.";
    return refuse("unseen-ancestors", message, { hint: HINT });
  }
  for (const program of programs) {
    const agent = agentOf(program);
    if (agent === undefined) continue;
    const message = `An agent started this: ${agent} (process ${program.pid}).`;
    return refuse("inside-an-agent", message, { hint: HINT });
  }
  return undefined;
}
