import { globalOptions } from "./global-options.ts";

/** A positional word and where it stands in the arguments. */
export interface Word {
  readonly text: string;
  readonly index: number;
}

/**
 * The words among the arguments, without options and without the values of global options. A command's words come
 * before its own options, so that is enough to tell which command it is.
 */
export function findWords(argv: readonly string[]): readonly Word[] {
  const words: Word[] = [];
  for (let index = 0; index < argv.length; index += 1) {
    const text = argv[index] ?? "";
    if (text === "--") break;
    if (takesNext(text)) index += 1;
    else if (!text.startsWith("-") || text === "-") words.push({ text, index });
  }
  return words;
}

/** Whether a switch that must be known before parsing is among the arguments. */
export function hasSwitch(argv: readonly string[], ...names: readonly string[]): boolean {
  const end = argv.indexOf("--");
  return argv.slice(0, end < 0 ? argv.length : end).some((text) => names.includes(text));
}

function takesNext(text: string): boolean {
  const name = text.slice(2);
  return (
    text.startsWith("--") &&
    Object.hasOwn(globalOptions, name) &&
    globalOptions[name as keyof typeof globalOptions].type === "string"
  );
}
