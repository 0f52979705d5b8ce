import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { isInside } from "./contained-path.ts";
import type { Word } from "./shell-words.ts";

/** Where a command line would be run, and the folder that is asked about; both absolute. */
export interface WriteQuestion {
  readonly cwd: string;
  readonly folder: string;
  /** The root of the workspace. */
  readonly root: string;
  readonly home?: string;
}

export interface Question extends WriteQuestion {
  /** The command line has the folder's name in it somewhere. */
  readonly isNamed: boolean;
}

/** Where the shell stands, as far as is known. */
export type Place = string | undefined;

export interface HowWritten {
  /** What lies below a folder goes with it. */
  readonly isDeep?: boolean;
  /** It may be no path at all. */
  readonly isGuess?: boolean;
}

/** By what a folder is told where the way to it is not known: a short name of its own says too little. */
export const nameOf = (folder: string): string =>
  basename(folder).startsWith(".") ? basename(folder) : `${basename(dirname(folder))}/${basename(folder)}`;

/** Where a shell stands in the folder, what lies there is named like this. */
const OWN_NAMES = /^(?:journal|published|archive|evidence|\.local)(?:\/|$)|\.jsonl$|^(?:state|head)\.json$/;

/** A place in a command line from which words are seen as paths. */
export class Spot {
  readonly question: Question;
  readonly found: Set<string>;
  readonly #place: Place;

  constructor(question: Question, place: Place, found: Set<string>) {
    this.question = question;
    this.#place = place;
    this.found = found;
  }

  /** The same from another place. */
  from(word: Word): Spot {
    return new Spot(this.question, this.pathOf(word), this.found);
  }

  /** The path of a word; undefined where the shell alone knows. */
  pathOf({ text, shape }: Word): string | undefined {
    const { home } = this.question;
    if (shape !== undefined) return undefined;
    if (/^~(?:\/|$)/.test(text)) return home === undefined ? undefined : join(home, text.slice(1));
    if (isAbsolute(text)) return resolve(text);
    return this.#place === undefined ? undefined : resolve(this.#place, text);
  }

  /** Something is written at a word. */
  write(word: Word, how: HowWritten = {}): void {
    for (const each of braceForms(word)) {
      const path = this.pathOf(each);
      if (path === undefined) this.#suspect(each, how);
      else this.#add(path, each.isPattern, how);
    }
  }

  #add(path: string, isPattern: boolean, { isDeep = false }: HowWritten): void {
    const { folder } = this.question;
    const rest = isPattern ? restIn(folder, path) : undefined;
    if (isInside(folder, path)) this.found.add(path);
    else if (rest !== undefined) this.found.add(join(folder, rest));
    else if (isDeep && (isInside(path, folder) || (isPattern && couldBe(folder, path)))) this.found.add(folder);
  }

  /** Of a word that is not known whole: it counts where what is known of it leads to the folder. */
  #suspect({ text, shape = text, substituted = "" }: Word, { isGuess = false }: HowWritten): void {
    const { folder, isNamed } = this.question;
    const name = nameOf(folder);
    const at = shape.lastIndexOf(name);
    if (at >= 0) this.found.add(join(folder, shape.slice(at + name.length)));
    // What is said to a program of unknown use may well speak of the folder.
    else if (substituted.includes(name) && !(isGuess && substituted.includes("<<"))) this.addFolder();
    else if (shape !== text || /[*{]/.test(shape)) {
      if (this.isIn || (isNamed && !isGuess)) this.addFolder();
    } else if (isNamed && OWN_NAMES.test(text)) this.addFolder();
  }

  /** Whether the shell stands in the folder. */
  get isIn(): boolean {
    return isInside(this.question.folder, this.#place ?? this.question.cwd);
  }

  goTo(word: Word | undefined): Place {
    const path = word === undefined || word.text === "-" ? undefined : this.pathOf(word);
    if (path === undefined || word?.isPattern !== true) return path;
    const { folder } = this.question;
    const rest = restIn(folder, path);
    return rest === undefined ? path : join(folder, rest);
  }

  addFolder(): void {
    this.found.add(this.question.folder);
  }
}

const MOST_FORMS = 64;

/** The words that braces stand for. */
function braceForms(word: Word): readonly Word[] {
  if (!word.isOpen || !word.text.includes("{")) return [word];
  const shapes = word.shape === undefined ? undefined : unfold(word.shape);
  return unfold(word.text).map((text, at) => ({ ...word, text, ...(shapes && { shape: shapes[at] ?? text }) }));
}

function unfold(text: string): readonly string[] {
  let forms = [text];
  for (;;) {
    const next = forms.flatMap((form) => {
      const inner = /\{([^{},]*,[^{}]*)\}/.exec(form);
      if (inner === null) return [form];
      const { index, 0: whole, 1: choices = "" } = inner;
      return choices.split(",").map((choice) => `${form.slice(0, index)}${choice}${form.slice(index + whole.length)}`);
    });
    if (next.length === forms.length || next.length > MOST_FORMS) return next.slice(0, MOST_FORMS);
    forms = next;
  }
}

/** What a path with patterns says of places in the folder, from there; undefined where it names none. */
function restIn(folder: string, pattern: string): string | undefined {
  const wanted = folder.split("/");
  const given = pattern.split("/");
  const isFit = given.length >= wanted.length && wanted.every((part, at) => fitsPattern(part, given[at] ?? ""));
  return isFit ? given.slice(wanted.length).join("/") : undefined;
}

/** Whether it could name a folder that the folder lies in. */
const couldBe = (folder: string, pattern: string): boolean =>
  restIn(folder.split("/").slice(0, pattern.split("/").length).join("/"), pattern) !== undefined;

/** Whether a file of this name is among those that a shell's pattern stands for. */
export function fitsPattern(name: string, pattern: string): boolean {
  if (pattern === "**") return true;
  if (!/[*?[]/.test(pattern)) return name === pattern;
  return (!name.startsWith(".") || pattern.startsWith(".")) && globSource(pattern).test(name);
}

/** A pattern as it is matched with anything, hidden or not. */
export function globSource(pattern: string): RegExp {
  const source = pattern
    .slice(0, 300)
    .replace(/[.+^${}()|\\]/g, "\\$&")
    .replace(/\[[^\]]*\]?/g, ".")
    .replace(/\*+/g, ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "s");
}
