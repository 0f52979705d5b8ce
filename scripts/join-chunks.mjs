import { createHash } from "node:crypto";
import { basename } from "node:path";

/** Longer than what a minifier gives to anything of a chunk's own. */
const LOAD = "loadHoldfastChunk";

/**
 * Puts the chunks that are reached statically from some modules into one file for each group, the first that wants them:
 * every file more costs a look for it, a read and a cache of its own. Each chunk still runs when it is first asked for,
 * and not before. What the program's own entry imports stays as it is, for it runs before code is cached.
 */
export function joinChunks(files, { outputs }, { program, groups }) {
  const taken = reachedFrom(outputs, [program]);
  return groups.reduce((left, { name, entryPoints }) => {
    const joined = new Set([...reachedFrom(outputs, entryPoints)].filter((chunk) => !taken.has(chunk)));
    for (const chunk of joined) taken.add(chunk);
    return joinInto(left, name, joined);
  }, files);
}

function joinInto(files, name, joined) {
  const inside = (text) => withRequires(text, joined, (chunk) => `${LOAD}(${JSON.stringify(chunk)})`);
  const chunks = files
    .filter((file) => joined.has(file.name))
    .map((file) => `${JSON.stringify(file.name)}:function(module,exports,require){${inside(file.text)}\n}`);
  const text = `var chunks={${chunks.join(",\n")}},loaded={};
function ${LOAD}(name){var found=loaded[name];if(found===undefined){found=loaded[name]={exports:{}};chunks[name](found,found.exports,require)}return found.exports}
module.exports=${LOAD};\n`;
  const digest = createHash("sha256").update(text).digest("hex").slice(0, 8).toUpperCase();
  const file = `${name}-${digest}.js`;
  const outside = (chunk) => `require("./${file}")(${JSON.stringify(chunk)})`;
  const others = files
    .filter((one) => !joined.has(one.name))
    .map((one) => (one.name.endsWith(".js") ? { ...one, text: withRequires(one.text, joined, outside) } : one));
  return [...others, { name: file, text }];
}

/** The names of the chunks that hold some modules, and of all that they import statically. */
function reachedFrom(outputs, entryPoints) {
  const chunkOf = new Map();
  for (const [path, { entryPoint }] of Object.entries(outputs)) chunkOf.set(entryPoint, path);
  const reached = new Set();
  for (const entryPoint of entryPoints) {
    if (!chunkOf.has(entryPoint)) throw new Error(`bug: ${entryPoint} begins no chunk`);
    reached.add(chunkOf.get(entryPoint));
  }
  for (const path of reached) {
    for (const { path: to, kind } of outputs[path].imports) {
      if (kind === "import-statement" && to in outputs) reached.add(to);
    }
  }
  return new Set([...reached].map((path) => basename(path)));
}

const withRequires = (text, joined, replace) =>
  text.replace(/\brequire\("\.\/([\w.-]+)"\)/g, (whole, chunk) => (joined.has(chunk) ? replace(chunk) : whole));
