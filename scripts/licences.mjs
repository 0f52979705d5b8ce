import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

const PACKAGE = /^(.*node_modules\/((?:@[^/]+\/)?[^/]+))\//;

/** The packages that a bundle took something from, each once: name and folder relative to the root. */
export function bundledPackages(metafile) {
  const folders = new Map();
  for (const output of Object.values(metafile.outputs)) {
    for (const [input, { bytesInOutput }] of Object.entries(output.inputs)) {
      const match = PACKAGE.exec(input);
      if (match !== null && bytesInOutput > 0) folders.set(match[1], match[2]);
    }
  }
  return [...folders].map(([folder, name]) => ({ folder, name })).toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

async function licenceOf(root, { folder, name }) {
  const manifest = JSON.parse(await readFile(join(root, folder, "package.json"), "utf8"));
  const file = (await readdir(join(root, folder))).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
  if (file === undefined) throw new Error(`${name} is bundled and has no licence file`);
  const text = (await readFile(join(root, folder, file), "utf8")).trim();
  return `## ${name} ${manifest.version}\n\n${manifest.license ?? "See below."}\n\n\`\`\`text\n${text}\n\`\`\`\n`;
}

/** Everything that the licences of bundled packages ask to be passed on. */
export async function licenceText(root, metafile) {
  const sections = await Promise.all(bundledPackages(metafile).map((bundled) => licenceOf(root, bundled)));
  const intro = "# Third-party licences\n\nHoldfast's files contain code of these packages.\n";
  return [intro, ...(sections.length > 0 ? sections : ["None.\n"])].join("\n");
}
