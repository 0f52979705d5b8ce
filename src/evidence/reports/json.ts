/* oxlint-disable no-control-regex -- a text of JSON has none, and that is checked */
/** A value of a JSON document, of which only what was asked for is kept. */
export type Kept = Readonly<Record<string, unknown>>;

export interface JsonHandler {
  /** Keys whose values are kept, wherever they stand. All others are checked and dropped. */
  readonly keys: ReadonlySet<string>;
  /**
   * An object in a list is complete. `path` is the keys that lead to it, `parents` what it stands in, as far as read.
   * True if it is done with: then it is not kept in its list.
   */
  take(path: string, value: Kept, parents: readonly Kept[]): boolean;
}

interface Frame {
  readonly isList: boolean;
  readonly value: Record<string, unknown> | unknown[] | undefined;
  key: string;
}

type Expected = "value" | "value or end" | "key" | "key or end" | "colon" | "comma or end" | "nothing";

const MAX_DEPTH = 200;
const MAX_STRING_CHARS = 2_000;
const MAX_SCALAR_CHARS = 40;
const WHITE = /[ \t\r\n]*/y;
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const SCALAR = /[-+.\w]*/y;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/;
const ESCAPED: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["\\", "\\"],
  ["/", "/"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);

/** Reads one JSON document in pieces, in bounded memory: strictly, and keeping only the keys that were asked for. */
export class JsonReader {
  /** Why the document cannot be relied on. */
  problem: string | undefined;
  /** The outermost value, once it is complete. */
  root: Kept | undefined;
  readonly #handler: JsonHandler;
  readonly #frames: Frame[] = [];
  #text = "";
  #at = 0;
  #expected: Expected = "value";
  /** The string that is being read, as far as it is kept. */
  #string: string | undefined;

  constructor(handler: JsonHandler) {
    this.#handler = handler;
  }

  write(piece: string): void {
    if (this.problem !== undefined) return;
    this.#text = this.#text.slice(this.#at) + piece;
    this.#at = 0;
    while (this.problem === undefined && this.#step(false));
  }

  end(): void {
    while (this.problem === undefined && this.#step(true));
    if (this.problem === undefined && this.#expected !== "nothing") this.problem = "it is cut short";
  }

  /** Takes one token; false when more of the text is needed. */
  #step(isEnd: boolean): boolean {
    if (this.#string !== undefined) return this.#readString();
    WHITE.lastIndex = this.#at;
    this.#at += WHITE.exec(this.#text)![0].length;
    const char = this.#text[this.#at];
    if (char === undefined) return false;
    if (this.#expected === "nothing") return this.#fail("something follows its end");
    if (char === '"') {
      if (!/value|key/.test(this.#expected)) return this.#fail("it is no JSON");
      this.#at++;
      this.#string = "";
      return true;
    }
    if (/[[\]{},:]/.test(char)) {
      this.#at++;
      return this.#mark(char);
    }
    return this.#readScalar(isEnd);
  }

  #mark(char: string): boolean {
    const frame = this.#frames.at(-1);
    switch (char) {
      case "{":
      case "[":
        return this.#expected.startsWith("value") ? this.#open(char === "[") : this.#fail("it is no JSON");
      case "}":
      case "]":
        if (frame?.isList !== (char === "]") || !this.#expected.endsWith("or end")) return this.#fail("it is no JSON");
        return this.#close(frame);
      case ",":
        if (this.#expected !== "comma or end") return this.#fail("it is no JSON");
        this.#expected = frame?.isList === true ? "value" : "key";
        return true;
      default:
        if (this.#expected !== "colon") return this.#fail("it is no JSON");
        this.#expected = "value";
        return true;
    }
  }

  #open(isList: boolean): boolean {
    if (this.#frames.length >= MAX_DEPTH) return this.#fail("its values stand in each other too deeply");
    const value = this.#isWanted() ? (isList ? [] : (Object.create(null) as Record<string, unknown>)) : undefined;
    this.#frames.push({ isList, value, key: "" });
    this.#expected = isList ? "value or end" : "key or end";
    return true;
  }

  #close({ value, isList }: Frame): boolean {
    this.#frames.pop();
    const parent = this.#frames.at(-1);
    if (value !== undefined && !isList && parent?.isList === true) {
      const parents = this.#frames.flatMap(({ value: one, isList: list }) =>
        one === undefined || list ? [] : [one as Kept],
      );
      if (this.#handler.take(this.#path(), value as Kept, parents)) return this.#afterValue();
    }
    return this.#keep(value);
  }

  /** Whether what comes now is kept: it is the root, stands in a kept list, or under a wanted key. */
  #isWanted(): boolean {
    const frame = this.#frames.at(-1);
    if (frame === undefined) return true;
    return frame.value !== undefined && (frame.isList || this.#handler.keys.has(frame.key));
  }

  #path(): string {
    return this.#frames
      .filter(({ isList }) => !isList)
      .map(({ key }) => key)
      .join(".");
  }

  #keep(value: unknown): boolean {
    const frame = this.#frames.at(-1);
    if (frame === undefined) {
      if (value !== null && typeof value === "object" && !Array.isArray(value)) this.root = value as Kept;
    } else if (value !== undefined && this.#isWanted()) {
      if (Array.isArray(frame.value)) frame.value.push(value);
      else if (frame.value !== undefined) {
        if (Object.hasOwn(frame.value, frame.key)) return this.#fail(`it says ${frame.key} twice`);
        frame.value[frame.key] = value;
      }
    }
    return this.#afterValue();
  }

  #afterValue(): true {
    this.#expected = this.#frames.length === 0 ? "nothing" : "comma or end";
    return true;
  }

  #readString(): boolean {
    const text = this.#text;
    PLAIN.lastIndex = this.#at;
    const plain = PLAIN.exec(text)![0];
    const kept = this.#string!;
    this.#string = kept.length < MAX_STRING_CHARS ? kept + plain.slice(0, MAX_STRING_CHARS) : kept;
    this.#at += plain.length;
    const char = text[this.#at];
    if (char === undefined) return false;
    if (char === '"') {
      this.#at++;
      return this.#endString();
    }
    if (char !== "\\") return this.#fail("a text in it is malformed");
    const isLong = text[this.#at + 1] === "u";
    const escape = text.slice(this.#at, this.#at + (isLong ? 6 : 2));
    if (escape.length < (isLong ? 6 : 2)) return false;
    const code =
      isLong && /^\\u[0-9a-fA-F]{4}$/.test(escape)
        ? String.fromCharCode(Number.parseInt(escape.slice(2), 16))
        : undefined;
    const decoded = code ?? ESCAPED.get(escape[1]!);
    if (decoded === undefined) return this.#fail("a text in it is malformed");
    if (this.#string.length < MAX_STRING_CHARS) this.#string += decoded;
    this.#at += escape.length;
    return true;
  }

  #endString(): boolean {
    const value = this.#string!;
    this.#string = undefined;
    if (this.#expected.startsWith("value")) return this.#keep(value);
    this.#frames.at(-1)!.key = value;
    this.#expected = "colon";
    return true;
  }

  #readScalar(isEnd: boolean): boolean {
    SCALAR.lastIndex = this.#at;
    const word = SCALAR.exec(this.#text)![0];
    if (word === "" || word.length > MAX_SCALAR_CHARS || !this.#expected.startsWith("value"))
      return this.#fail("it is no JSON");
    if (this.#at + word.length === this.#text.length && !isEnd) return false;
    this.#at += word.length;
    if (word === "true" || word === "false") return this.#keep(word === "true");
    if (word === "null") return this.#keep(null);
    return NUMBER.test(word) ? this.#keep(Number(word)) : this.#fail("it is no JSON");
  }

  #fail(problem: string): false {
    this.problem = problem;
    this.#text = "";
    this.#frames.length = 0;
    return false;
  }
}

export const textOf = (value: Kept, key: string): string | undefined => {
  const found = value[key];
  return typeof found === "string" ? found : undefined;
};

export const countOf = (value: Kept, key: string): number => {
  const found = value[key];
  return typeof found === "number" && Number.isSafeInteger(found) && found > 0 ? found : 0;
};

export const objectOf = (value: Kept, key: string): Kept | undefined => {
  const found = value[key];
  return typeof found === "object" && found !== null && !Array.isArray(found) ? (found as Kept) : undefined;
};

export const listOf = (value: Kept, key: string): readonly unknown[] | undefined => {
  const found = value[key];
  return Array.isArray(found) ? found : undefined;
};
