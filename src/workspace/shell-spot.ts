import { isAbsolute, join, resolve } from "node:path";
import { isInside } from "./contained-path.ts";
import type { Word } from "./shell-words.ts";

/** Where a command line would be run, and the folder that is asked about; both absolute. */
export interface WriteQuestion {
  readonly cwd: string;
  readonly folder: string;
  readonly home?: string;
}

export interface Question extends WriteQuestion {
  /** The command line has the folder's name in it somewhere. */
  readonly isNamed: boolean;
}

/** Where the shell stands, as far as is known. */
export type Place = string | undefined;

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

  /** The path of a word; undefined where the shell alone knows. */
  pathOf({ text, isOpen }: Word): string | undefined {
    const { home } = this.question;
    if (home !== undefined && /^~(?:\/|$)/.test(text)) return join(home, text.slice(1));
    if (isOpen) return undefined;
    if (isAbsolute(text)) return resolve(text);
    return this.#place === undefined ? undefined : resolve(this.#place, text);
  }

  /** Something is written at a word; with `isDeep` also all that lies below it. */
  write(word: Word, isDeep = false): void {
    const { folder, isNamed: isNamedAnywhere, cwd } = this.question;
    const path = this.pathOf(word);
    if (path === undefined) {
      const isBraced = /(?:^|\/)\.[\w-]*\{/.test(word.text);
      const isSuspect = isNamedAnywhere || isBraced || isInside(folder, this.#place ?? cwd);
      if (isSuspect) this.found.add(folder);
    } else if (word.isPattern) {
      if (couldLieIn(folder, path) || (isDeep && couldBe(folder, path))) this.found.add(folder);
    } else if (isInside(folder, path)) this.found.add(path);
    else if (isDeep && isInside(path, folder)) this.found.add(folder);
  }

  goTo(word: Word | undefined): Place {
    return word === undefined || word.text === "-" ? undefined : this.pathOf(word);
  }

  addFolder(): void {
    this.found.add(this.question.folder);
  }
}

/** Whether a path with patterns could name something in the folder, or the folder. */
function couldLieIn(folder: string, pattern: string): boolean {
  const wanted = folder.split("/");
  const given = pattern.split("/");
  return given.length >= wanted.length && wanted.every((part, at) => fitsPattern(part, given[at] ?? ""));
}

/** Whether it could name a folder that the folder lies in. */
function couldBe(folder: string, pattern: string): boolean {
  const given = pattern.split("/");
  return couldLieIn(folder.split("/").slice(0, given.length).join("/"), pattern);
}

function fitsPattern(name: string, pattern: string): boolean {
  if (pattern === "**") return true;
  if (!/[*?[]/.test(pattern)) return name === pattern;
  if (name.startsWith(".") && !pattern.startsWith(".")) return false;
  const source = pattern
    .replace(/[.+^${}()|\\]/g, "\\$&")
    .replace(/\[[^\]]*\]?/g, ".")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "s").test(name);
}
