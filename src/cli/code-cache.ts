/* oxlint-disable no-underscore-dangle -- the hook is Node's, and so is its name */
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import nodeModule from "node:module";
import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";
import { Script } from "node:vm";

/** Digest of all the files of a build. V8 itself looks at the length of a source only. */
declare const HOLDFAST_BUILD: string;

/** Node's own, from 22.1 on; what else it has is not for everybody, and is used as the modules of Node 20 are frozen. */
const Module = nodeModule as unknown as {
  readonly enableCompileCache?: () => unknown;
  readonly wrap: (source: string) => string;
  readonly prototype: { _compile: (this: LoadedModule, source: string, file: string) => unknown };
};

interface LoadedModule {
  readonly exports: object;
  readonly require: (id: string) => unknown;
}

interface Compiled {
  readonly script: Script;
  readonly file: string;
}

type Wrapped = (
  exports: object,
  require: (id: string) => unknown,
  module: LoadedModule,
  file: string,
  dir: string,
) => void;

/** Milliseconds after which what a command calls is looked at again: its first run may have had little to do. */
const COLLECT_AGAIN = 600_000;

/**
 * Lets the next start find this program's code compiled: what compiling costs is more than what most commands do.
 * Node 20 has no cache of its own, so it gets ours. Where a cache cannot be read or written, code is compiled as ever.
 * `command`: one that is called all day, with a cache that holds no more than what it calls, since reading a cache costs
 * by its size. All others share one with everything.
 */
export function enableCodeCache(program: string, command?: string): void {
  try {
    if (Module.enableCompileCache !== undefined) Module.enableCompileCache();
    else cacheCompiledCode(dirname(program), cacheFolder(), command);
  } catch {
    // It saves time and nothing else.
  }
}

function cacheFolder(): string {
  const base = process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache");
  return join(base, "holdfast", `${process.version}-${process.arch}-${HOLDFAST_BUILD}`);
}

function cacheCompiledCode(program: string, folder: string, command: string | undefined): void {
  const compile = Module.prototype._compile;
  const prefix = command === undefined ? "" : `${command}.`;
  const fresh: Compiled[] = [];
  Module.prototype._compile = function (source, file) {
    if (dirname(file) !== program) return compile.call(this, source, file);
    const cache = join(folder, `${prefix}${basename(file)}.cache`);
    const cachedData = readCached(cache);
    const script =
      cachedData === undefined && command === undefined
        ? compileWhole(source, file)
        : new Script(Module.wrap(source), { filename: file, cachedData });
    const isStale = cachedData === undefined || script.cachedDataRejected === true;
    if (isStale || (command !== undefined && isOld(cache))) fresh.push({ script, file: cache });
    const run = script.runInThisContext() as Wrapped;
    return run.call(this.exports, this.exports, (id) => this.require(id), this, file, program);
  };
  process.once("exit", (code) => {
    // What has failed has called little of what its command calls.
    if (command === undefined || code === 0) saveCached(folder, fresh);
  });
}

/** With every function, not those alone that this command happens to call: the next one may be another. */
function compileWhole(source: string, file: string): Script {
  // Asked for only here: loading it is dear, and a cached start does not need it.
  const v8 = process.getBuiltinModule("node:v8");
  v8.setFlagsFromString("--no-lazy");
  try {
    return new Script(Module.wrap(source), { filename: file });
  } finally {
    v8.setFlagsFromString("--lazy");
  }
}

function readCached(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

const isOld = (file: string): boolean =>
  Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) > COLLECT_AGAIN;

function saveCached(folder: string, fresh: readonly Compiled[]): void {
  if (fresh.length === 0) return;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const { script, file } of fresh) {
      const temporary = `${file}.${process.pid}.tmp`;
      writeFileSync(temporary, script.createCachedData(), { mode: 0o600 });
      renameSync(temporary, file);
    }
  } catch {
    // A full disk or a read-only home: the next start compiles again.
  }
}
