import { referenceMarkdown } from "./reference.ts";
import { schemas } from "./schemas.ts";
import { groups } from "./table.ts";

export interface GeneratedFile {
  /** Relative to the project, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** Every file of the project that is made from the code and committed. */
export async function generatedFiles(): Promise<readonly GeneratedFile[]> {
  const made = schemas.map(async ({ name, schema }) => ({
    path: `schemas/${name}.schema.json`,
    text: `${JSON.stringify(await schema(), null, 2)}\n`,
  }));
  return [{ path: "docs/commands.md", text: await referenceMarkdown(groups) }, ...(await Promise.all(made))];
}
