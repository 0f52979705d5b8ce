import { join } from "node:path";
import { FILE_MARK, type SkillFile } from "../skill/render.ts";
import { RULE_LINE } from "../skill/skill.ts";
import type { InstallFacts } from "./facts.ts";
import type { Part } from "./part.ts";

/** Files that are all ours, below a folder. */
export const filesIn = (folder: string, files: readonly SkillFile[], within: string, what: string): readonly Part[] =>
  files.map(({ path, text }) => ({ kind: "file", path: join(folder, path), within, what, text, mark: FILE_MARK }));

/** The line that says when to use the skill, in a file of somebody's. */
export const ruleIn = (path: string, within: string): Part => ({
  kind: "line",
  path,
  within,
  what: "when to use Holdfast",
  line: { begin: "<!-- holdfast -->", end: "<!-- /holdfast -->", lines: [RULE_LINE] },
});

/** Keeps what is this account's out of Git, where the workspace is in a repository. */
export const excludeFromGit = ({ exclude, root }: InstallFacts, names: readonly string[]): readonly Part[] =>
  exclude === undefined
    ? []
    : [
        {
          kind: "line",
          path: exclude.file,
          within: "/",
          scope: exclude.prefix,
          what: `keeps your own settings in ${root} out of Git`,
          line: {
            begin: `# holdfast ${exclude.prefix}`.trim(),
            end: "# /holdfast",
            lines: names.map((name) => `/${exclude.prefix}${name}`),
          },
        },
      ];
