import { readFileSync } from "node:fs";
import { join } from "node:path";
import { countTokens } from "gpt-tokenizer/encoding/o200k_base";
import { describe, expect, test } from "vitest";
import { COMMANDS } from "./commands.ts";
import { claudeCommandFiles, codexCommandFiles, opencodeCommandFiles, skillFiles } from "./render.ts";
import { RULE_LINE, SKILL_DESCRIPTION } from "./skill.ts";

/** What every session pays for: the skill in the host's list, and the line with its markers. */
const always =
  countTokens(`- holdfast: ${SKILL_DESCRIPTION}\n`) +
  countTokens(`<!-- holdfast -->\n${RULE_LINE}\n<!-- /holdfast -->\n`);
const skill = countTokens(skillFiles()[0]!.text);

describe("what the texts cost", () => {
  test("is little, and what the documents say", () => {
    const page = readFileSync(join(import.meta.dirname, "..", "..", "..", "docs", "hosts.md"), "utf8");
    expect(page).toContain(`${always} tokens in every session`);
    expect(page).toContain(`${skill} tokens when it is used`);
    expect(always).toBeLessThanOrEqual(150);
    expect(skill).toBeLessThanOrEqual(900);
  });

  test("is nothing for commands until a person types one", () => {
    for (const { text } of claudeCommandFiles()) expect(text).toContain("\ndisable-model-invocation: true\n");
    const policies = codexCommandFiles().filter(({ path }) => path.endsWith("openai.yaml"));
    expect(policies).toHaveLength(COMMANDS.length);
    for (const { text } of policies) expect(text).toContain("allow_implicit_invocation: false");
    expect(opencodeCommandFiles()).toHaveLength(COMMANDS.length);
  });
});
