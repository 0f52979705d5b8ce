import { basename } from "node:path";
import { PLAN_FILES } from "../context/plan-files.ts";
import { literal } from "./shell-code.ts";
import { GIT_READS, READERS } from "./shell-programs.ts";
import { globSource, nameOf, type Spot } from "./shell-spot.ts";
import type { Word } from "./shell-words.ts";

const HERE = literal(".");
const isOption = ({ text }: Word): boolean => text.startsWith("-") && text !== "-";

/** What `find` and Git take away, a whole folder at once. */
export function judgeFind(args: readonly Word[], at: Spot): void {
  const acts = args.findIndex(({ text }) => /^-(?:delete|exec|execdir|ok|okdir|fprint\w*|fls)$/.test(text));
  if (acts < 0) return;
  const run = args[acts]!.text.startsWith("-exec") ? basename(args[acts + 1]?.text ?? "") : "";
  if (READERS.has(run)) return;
  for (const root of rootsOf(args)) if (mayFind(args, at)) at.write(root, { isDeep: true });
}

function rootsOf(args: readonly Word[]): readonly Word[] {
  const options = args.findIndex((arg) => isOption(arg) || arg.text === "(" || arg.text === "!");
  const roots = args.slice(0, options < 0 ? args.length : options);
  return roots.length === 0 ? [HERE] : roots;
}

/** Names and places that a search must not come upon. */
const NAMES = ["journal", "published", "archive", "evidence", ".local", "state.json", "head.json", ...PLAN_FILES];
const JOURNAL = "c.jsonl";
const PLACES = ["/x/journal/c.jsonl", "/x/state.json", "/x/evidence/x.log", "/.local/clone.json", ""];

/** Whether a search comes upon what lies in the folder; what it leaves out is believed. */
function mayFind(args: readonly Word[], { question: { folder } }: Spot): boolean {
  const name = nameOf(folder);
  const names = [basename(folder), JOURNAL, ...(name === basename(folder) ? NAMES : [])];
  const texts = args.map(({ text }) => text);
  const leavesOut = texts.some(
    (text, index) =>
      text.includes(name) &&
      /^-(?:path|wholename|name)$/.test(texts[index - 1] ?? "") &&
      (/^(?:!|-not)$/.test(texts[index - 2] ?? "") || texts.includes("-prune")),
  );
  if (leavesOut || texts.includes("-empty")) return false;
  return texts.every((text, index) => {
    const isAfter = (option: RegExp): boolean => option.test(texts[index - 1] ?? "");
    if (/^(?:!|-not)$/.test(texts[index - 2] ?? "") || texts.includes("-o")) return true;
    if (isAfter(/^-i?name$/)) return names.some((each) => globSource(text).test(each));
    if (isAfter(/^-i?(?:path|wholename)$/)) return PLACES.some((each) => globSource(text).test(`./${name}${each}`));
    return true;
  });
}

export function judgeGit(args: readonly Word[], at: Spot): void {
  const verb = args.findIndex((arg, index) => !isOption(arg) && !["-C", "-c"].includes(args[index - 1]?.text ?? ""));
  if (verb < 0) return;
  const dir = args[args.findIndex(({ text }, index) => text === "-C" && index < verb) + 1];
  const there = dir !== undefined && args.some(({ text }, index) => text === "-C" && index < verb) ? at.from(dir) : at;
  const rest = args.slice(verb + 1);
  const has = (option: RegExp): boolean => rest.some(({ text }) => option.test(text));
  // Git takes nothing away of its own folder.
  const isGitsOwn = /\/\.git\//.test(at.question.folder);
  switch (args[verb]!.text) {
    case "clean":
      if (!isGitsOwn && has(/^-[a-zA-Z]*[xX]/) && !has(/^-[a-zA-Z]*n|^--dry-run$/)) judgeClean(rest, there);
      return;
    case "stash":
      if (!isGitsOwn && has(/^-[a-z]*a|^--all$/)) there.write(HERE, { isDeep: true });
      return;
    case "rm":
      if (has(/^--cached$/)) return;
  }
  if (GIT_READS.has(args[verb]!.text)) return;
  for (const arg of rest) if (!isOption(arg)) there.write(arg, { isGuess: true });
}

function judgeClean(rest: readonly Word[], at: Spot): void {
  const name = nameOf(at.question.folder);
  const isValue = (index: number): boolean => /^-[a-zA-Z]*e$|^--exclude$/.test(rest[index - 1]?.text ?? "");
  if (rest.some(({ text }, index) => text.includes(name) && (isValue(index) || text.startsWith("--exclude=")))) return;
  const paths = rest.filter((arg, index) => !isOption(arg) && !isValue(index));
  for (const path of paths.length === 0 ? [HERE] : paths) at.write(path, { isDeep: true });
}
