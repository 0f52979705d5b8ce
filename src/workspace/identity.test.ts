import { spawn } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { loadIdentity, type CloneIdentity } from "./identity.ts";
import { thisMachine } from "./machine.ts";

let base: string;
let planning: string;
let second: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "holdfast-identity-"));
  planning = join(base, "ws", ".planning");
  second = join(base, "git", "holdfast");
  mkdirSync(planning, { recursive: true });
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const load = (folder = planning, spare?: string): CloneIdentity => {
  const result = loadIdentity(folder, spare, 1_000);
  if (!result.ok) throw new Error(result.refusal.message);
  return result.value;
};
const file = (folder = planning) => join(folder, ".local", "clone.json");
const clean = () => rmSync(join(planning, ".local"), { recursive: true });

describe("the identity of a clone", () => {
  test("is minted once and then stays", () => {
    const first = load();
    expect(first.id).toMatch(/^c[0-9abcdefghjkmnpqrstvwxyz]{8}$/);
    expect(first).toMatchObject({ mintedAt: 1_000, former: [] });
    expect(load()).toEqual(first);
    expect(readdirSync(join(planning, ".local"))).toEqual(["clone.json"]);
  });

  test("does not depend on the way to the folder", () => {
    const first = load();
    symlinkSync(join(base, "ws"), join(base, "link"));
    expect(load(join(base, "link", ".planning"))).toEqual(first);
  });

  test("a copy is another clone, which remembers whence it came; the original stays", () => {
    const first = load();
    cpSync(join(base, "ws"), join(base, "copy"), { recursive: true });
    const copy = load(join(base, "copy", ".planning"));
    expect(copy.id).not.toBe(first.id);
    expect(copy.former).toMatchObject([{ id: first.id, path: first.path }]);
    expect(load(join(base, "copy", ".planning"))).toEqual(copy);
    expect(load()).toEqual(first);
  });

  test("an id is never taken up again, even where a folder comes back to its old place", () => {
    const ids = [load().id];
    for (const [from, to] of [
      ["ws", "away"],
      ["away", "ws"],
      ["ws", "away"],
    ] as const) {
      renameSync(join(base, from), join(base, to));
      ids.push(load(join(base, to, ".planning")).id);
    }
    expect(new Set(ids).size).toBe(4);
    expect(load(join(base, "away", ".planning")).former.map(({ id }) => id)).toEqual(ids.slice(0, 3));
  });

  test.each([
    ["device", 12_345],
    ["host", "another"],
    ["path", "/elsewhere/.planning"],
  ])("another %s is another clone", (field, value) => {
    const first = load();
    writeFileSync(file(), JSON.stringify({ ...first, [field]: value }));
    expect(load().id).not.toBe(first.id);
  });

  test("another machine of the same name is another clone, where machines tell their ids", (context) => {
    const first = load();
    context.skip(first.machine === undefined, "this machine does not tell its id");
    writeFileSync(file(), JSON.stringify({ ...first, machine: "fedcba9876543210" }));
    expect(load().id).not.toBe(first.id);
  });

  test("a machine that does not tell its id is told by its name alone", () => {
    const { machine: _, ...first } = load();
    writeFileSync(file(), JSON.stringify(first));
    expect(load().id).toBe(first.id);
  });

  test.each(["", "{", "null", '{"id":"../../x"}', '{"id":"c00000000"}'])("a damaged file %j is replaced", (text) => {
    mkdirSync(join(planning, ".local"));
    writeFileSync(file(), text);
    const fresh = load();
    expect(load()).toEqual(fresh);
    expect(JSON.parse(readFileSync(file(), "utf8"))).toEqual(fresh);
  });
});

describe("the second name", () => {
  test("brings the identity back after the folder was cleaned", () => {
    const first = load(planning, second);
    clean();
    expect(load(planning, second)).toEqual(first);
    expect(load()).toEqual(first);
  });

  test("brings it back where the file is damaged", () => {
    const first = load(planning, second);
    writeFileSync(file(), "{");
    expect(load(planning, second)).toEqual(first);
  });

  test("is written for an identity that has none yet", () => {
    const first = load();
    load(planning, second);
    clean();
    expect(load(planning, second)).toEqual(first);
  });

  test("gives a copy no identity but a memory", () => {
    const first = load(planning, second);
    cpSync(base, `${base}-copy`, { recursive: true });
    try {
      const copied = join(`${base}-copy`, "ws", ".planning");
      rmSync(join(copied, ".local"), { recursive: true });
      const copy = load(copied, join(`${base}-copy`, "git", "holdfast"));
      expect(copy.id).not.toBe(first.id);
      expect(copy.former).toMatchObject([{ id: first.id }]);
    } finally {
      rmSync(`${base}-copy`, { recursive: true });
    }
  });

  test("that cannot be written stops nobody", () => {
    writeFileSync(join(base, "git"), "a file");
    expect(load(planning, second).id).toMatch(/^c/);
  });
});

describe("refusals", () => {
  test("no folder, no identity, and nothing made", () => {
    expect(loadIdentity(join(base, "none"))).toMatchObject({ refusal: { reason: "no-planning-folder" } });
    expect(readdirSync(base)).toEqual(["ws"]);
  });

  test("a `.local` that leads elsewhere is not written to", () => {
    mkdirSync(join(base, "elsewhere"));
    symlinkSync(join(base, "elsewhere"), join(planning, ".local"));
    expect(loadIdentity(planning)).toMatchObject({ refusal: { reason: "not-a-folder" } });
    expect(readdirSync(join(base, "elsewhere"))).toEqual([]);
  });

  test("a folder in the file's place is refused", () => {
    mkdirSync(file(), { recursive: true });
    expect(loadIdentity(planning)).toMatchObject({ refusal: { reason: "no-identity" } });
  });
});

test("a machine has one name", () => {
  expect(thisMachine()).toBe(thisMachine());
  expect(thisMachine()).not.toBe("");
});

describe("many processes at once", () => {
  const here = dirname(fileURLToPath(import.meta.url));
  let tools: string;
  beforeAll(async () => {
    tools = mkdtempSync(join(tmpdir(), "holdfast-identity-tool-"));
    await build({
      stdin: {
        contents: `import { loadIdentity } from "./identity.ts";
          process.stdin.once("data", () => {
            const result = loadIdentity(process.argv[2], process.argv[3]);
            process.stdout.write(result.ok ? result.value.id : JSON.stringify(result.refusal));
            process.exit();
          });
          process.stderr.write("ready");`,
        resolveDir: here,
        loader: "ts",
      },
      bundle: true,
      platform: "node",
      format: "esm",
      outfile: join(tools, "load.mjs"),
    });
  });
  afterAll(() => rmSync(tools, { recursive: true, force: true }));

  /** What each process says its identity is, all let go at the same moment. */
  const race = async (count: number, folder: string, spare: string): Promise<readonly string[]> => {
    const children = Array.from({ length: count }, () =>
      spawn(process.execPath, [join(tools, "load.mjs"), folder, spare]),
    );
    const answers = children.map((child) => {
      let text = "";
      child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
      return new Promise<string>((resolve) => child.once("close", () => resolve(text)));
    });
    await Promise.all(children.map((child) => new Promise((resolve) => child.stderr.once("data", resolve))));
    for (const child of children) child.stdin.write("go");
    return Promise.all(answers);
  };

  test("agree on one identity at the first run, after a copy, and after a clean", async () => {
    const first = new Set(await race(8, planning, second));
    expect(first.size).toBe(1);
    expect(first).toEqual(new Set([load().id]));

    // Several copies, for the moment at which one process undid what others had agreed on was a short one.
    for (let copy = 0; copy < 8; copy += 1) {
      cpSync(join(base, "ws"), join(base, `copy${copy}`), { recursive: true });
      const copied = join(base, `copy${copy}`, ".planning");
      const copies = new Set(await race(8, copied, join(base, `copy-git${copy}`)));
      expect(copies).toEqual(new Set([load(copied).id]));
    }

    clean();
    expect(new Set(await race(8, planning, second))).toEqual(first);
  });
});
