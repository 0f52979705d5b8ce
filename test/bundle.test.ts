import { expect, test } from "vitest";
import { bundleProgram } from "../scripts/bundle.mjs";
import { projectRoot } from "./kit/program.ts";

const { files } = await bundleProgram({ root: projectRoot, version: "1.0.0" });
const names = new Set(files.map(({ name }) => name));

test("every file that a file of the program asks for is there", () => {
  const asked = files.flatMap(({ text }) =>
    [...text.matchAll(/require\("\.\/([^"]+)"\)/g)].map(([, name = ""]) => name),
  );
  expect(asked.length).toBeGreaterThan(100);
  expect([...new Set(asked)].filter((name) => !names.has(name))).toEqual([]);
});

test.each(["hooks", "start", "daily"])("%s holds several chunks, which are in no other file", (group) => {
  const [joined] = files.filter(({ name }) => name.startsWith(`${group}-`));
  const held = [...(joined?.text ?? "").matchAll(/^(?:var chunks=\{)?"([\w.-]+)":function\(/gm)].map(
    ([, name = ""]) => name,
  );
  expect(held.length).toBeGreaterThan(2);
  expect(held.filter((name) => names.has(name))).toEqual([]);
  for (const name of held) expect(joined?.text).not.toContain(`require("./${name}")`);
});

test("a build knows itself from any other, so that none takes over what another has compiled", async () => {
  const digestOf = (built: typeof files): string | undefined =>
    /-\$\{process\.arch\}-([0-9a-f]{12})`/.exec(built.find(({ name }) => name === "holdfast.js")?.text ?? "")?.[1];
  const other = await bundleProgram({ root: projectRoot, version: "1.0.1" });
  expect(digestOf(files)).toMatch(/^[0-9a-f]{12}$/);
  expect(digestOf(other.files)).not.toBe(digestOf(files));
});
