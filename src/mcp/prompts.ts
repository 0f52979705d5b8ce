import { COMMANDS, type HostCommand } from "../hosts/skill/commands.ts";
import { SKILL_BODY } from "../hosts/skill/skill.ts";
import { ok, refused, type Result } from "../plan/refusal.ts";
import { suggest } from "../plan/suggest.ts";

export interface PromptEntry {
  readonly name: string;
  readonly description: string;
  readonly arguments?: readonly { readonly name: string; readonly description: string; readonly required: false }[];
}

/** What may follow the name of a workflow. */
const ARGUMENT = "about";
const LONGEST_ARGUMENT = 20_000;

/** The workflows that hosts with commands of their own have as commands. */
export const listPrompts = (): readonly PromptEntry[] =>
  COMMANDS.map(({ name, description, argument }) => ({
    name,
    description,
    ...(argument === undefined
      ? {}
      : { arguments: [{ name: ARGUMENT, description: argument.replace(/^[<[]+|[>\]]+$/g, ""), required: false }] }),
  }));

/** What the model is told when a person asks for a workflow: the same text, for a host that may have no skill. */
export function renderPrompt(name: string, given: Readonly<Record<string, string>>): Result<string> {
  const command = COMMANDS.find((each) => each.name === name);
  if (command === undefined) {
    const names = COMMANDS.map((each) => each.name);
    const near = suggest(name, names);
    return refused("no-such-prompt", `there is no prompt ${JSON.stringify(name.slice(0, 80))}`, {
      hint: near.length > 0 ? `did you mean ${near.join(", ")}?` : `one of ${names.join(", ")}`,
    });
  }
  const about = (given[ARGUMENT] ?? "").slice(0, LONGEST_ARGUMENT).trim();
  return ok([withSkill(command), ...(about === "" ? [] : [about])].join("\n\n"));
}

const USES_SKILL = "Use the skill holdfast. ";

function withSkill({ body }: HostCommand): string {
  const text = body.replaceAll("/holdfast:", "the prompt ");
  return text.startsWith(USES_SKILL) ? `${SKILL_BODY}\n# Now\n\n${text.slice(USES_SKILL.length)}` : text;
}
