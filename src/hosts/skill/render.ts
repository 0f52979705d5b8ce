import { COMMANDS, type HostCommand } from "./commands.ts";
import { SKILL_BODY, SKILL_DESCRIPTION } from "./skill.ts";

/** Stands in every version of a file of ours, so that it can be told from somebody else's. */
export const FILE_MARK = "<!-- Kept by Holdfast. -->";

/** A file of a skill or a command, by its path below the folder that the host looks in. */
export interface SkillFile {
  readonly path: string;
  readonly text: string;
}

/** The skill, in the layout that all hosts share. */
export const skillFiles = (): readonly SkillFile[] => [
  {
    path: "holdfast/SKILL.md",
    text: `${frontmatter({ name: "holdfast", description: SKILL_DESCRIPTION })}${SKILL_BODY}`,
  },
];

/** Commands as Claude Code and TraeCLI take them: `/holdfast:<name>`. */
export const claudeCommandFiles = (): readonly SkillFile[] =>
  COMMANDS.map((command) => ({
    path: `${command.name}.md`,
    text: `${frontmatter({
      description: command.description,
      ...hintOf(command),
      "disable-model-invocation": "true",
    })}${command.body}\n\n$ARGUMENTS\n`,
  }));

/** Commands as OpenCode takes them: `/holdfast-<name>`. */
export const opencodeCommandFiles = (): readonly SkillFile[] =>
  COMMANDS.map((command) => ({
    path: `holdfast-${command.name}.md`,
    text: `${frontmatter({ description: command.description })}${nameFor("/holdfast-", command.body)}\n\n$ARGUMENTS\n`,
  }));

/** Commands as Codex takes them: skills that only a person calls, `$holdfast-<name>`. */
export const codexCommandFiles = (): readonly SkillFile[] =>
  COMMANDS.flatMap((command) => [
    {
      path: `holdfast-${command.name}/SKILL.md`,
      text: `${frontmatter({
        name: `holdfast-${command.name}`,
        description: command.description,
      })}${nameFor("$holdfast-", command.body)}\n`,
    },
    {
      path: `holdfast-${command.name}/agents/openai.yaml`,
      text: `# ${FILE_MARK}\ninterface:\n  display_name: ${JSON.stringify(`Holdfast: ${command.name}`)}\n  short_description: ${JSON.stringify(command.description)}\npolicy:\n  allow_implicit_invocation: false\n`,
    },
  ]);

const hintOf = ({ argument }: HostCommand): Readonly<Record<string, string>> =>
  argument === undefined ? {} : { "argument-hint": argument };

/** Other hosts spell the names of commands differently. */
const nameFor = (prefix: string, body: string): string => body.replaceAll("/holdfast:", prefix);

function frontmatter(fields: Readonly<Record<string, string>>): string {
  const lines = Object.entries(fields).map(
    ([name, value]) => `${name}: ${isPlain(value) ? value : JSON.stringify(value)}`,
  );
  // There no model reads it, and no person to whom a host shows what a command says.
  return `---\n${lines.join("\n")}\n# ${FILE_MARK}\n---\n\n`;
}

/** Whether YAML takes a text as it stands. */
const isPlain = (value: string): boolean => /^[A-Za-z][^:#"'\n]*$/.test(value);
