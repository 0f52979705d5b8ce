/** The attributes of a tag, decoded when they are asked for: most never are. */
export interface XmlAttributes {
  get(name: string): string | undefined;
  number(name: string): number | undefined;
}

export interface XmlHandler {
  open(name: string, attributes: XmlAttributes): void;
  close(name: string): void;
}

const MAX_TAG_CHARS = 8 * 1024 * 1024;
const MAX_DEPTH = 200;
const NAME = /[A-Za-z_:\u00b7-\uffff][\w:.\u00b7-\uffff-]*/y;
const ATTRIBUTE = /\s+([A-Za-z_:\u00b7-\uffff][\w:.\u00b7-\uffff-]*)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y;
const ENTITY = /&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([A-Za-z]\w*));|&/g;
const ENTITIES: ReadonlyMap<string, string> = new Map([
  ["lt", "<"],
  ["gt", ">"],
  ["amp", "&"],
  ["quot", '"'],
  ["apos", "'"],
]);

/** What is skipped to its end without being looked at. */
const SKIPPED = [
  { start: "<!--", end: "-->", isContent: false },
  { start: "<![CDATA[", end: "]]>", isContent: true },
  { start: "<?", end: "?>", isContent: false },
] as const;

/**
 * Reads the tags of an XML document in pieces, in bounded memory: a reader of our own, since reports need tags and
 * attributes only, and the known streaming libraries keep whole texts, which is where a report's size is. Strict: what is
 * not well-formed, is cut short or has a document type (and so entities of its own) is a problem, and nothing after it is read.
 */
export class XmlReader {
  /** Why the document cannot be relied on. */
  problem: string | undefined;
  readonly #handler: XmlHandler;
  readonly #open: string[] = [];
  #text = "";
  #hasRoot = false;
  /** The end that is searched for, while something is skipped. */
  #until: string | undefined;
  /** How far the tag at the start of the text was searched, and the quote that it is in. */
  #searched = 0;
  #quote = "";

  constructor(handler: XmlHandler) {
    this.#handler = handler;
  }

  write(piece: string): void {
    if (this.problem !== undefined) return;
    this.#text += piece;
    while (this.problem === undefined && this.#step());
  }

  end(): void {
    if (this.problem !== undefined) return;
    if (this.#open.length > 0 || this.#until !== undefined || this.#text.trim() !== "")
      this.problem = "it is cut short";
    else if (!this.#hasRoot) this.problem = "it is empty";
  }

  /** Takes one thing off the text; false when more of it is needed. */
  #step(): boolean {
    if (this.#until !== undefined) return this.#skip(this.#until);
    const text = this.#text;
    if (!text.startsWith("<")) {
      const next = text.indexOf("<");
      const content = next < 0 ? text : text.slice(0, next);
      if (this.#open.length === 0 && /[^\s\ufeff]/.test(content))
        return this.#fail("there is text outside of its elements");
      this.#text = next < 0 ? "" : text.slice(next);
      return next >= 0;
    }
    const skipped = SKIPPED.find(({ start }) => text.startsWith(start));
    if (skipped !== undefined) {
      if (skipped.isContent && this.#open.length === 0) return this.#fail("there is text outside of its elements");
      this.#until = skipped.end;
      this.#text = text.slice(skipped.start.length);
      return true;
    }
    if (SKIPPED.some(({ start }) => start.startsWith(text))) return false;
    if (text.startsWith("<!")) return this.#fail("it declares a document type, which no report needs");
    return this.#tag();
  }

  #skip(end: string): boolean {
    const at = this.#text.indexOf(end);
    this.#text =
      at < 0 ? this.#text.slice(Math.max(0, this.#text.length - end.length + 1)) : this.#text.slice(at + end.length);
    if (at < 0) return false;
    this.#until = undefined;
    return true;
  }

  #tag(): boolean {
    const end = this.#endOfTag();
    if (end < 0) return this.#text.length > MAX_TAG_CHARS ? this.#fail("a tag in it is too long") : false;
    const tag = this.#text.slice(0, end);
    this.#text = this.#text.slice(end + 1);
    this.#searched = 0;
    return tag.startsWith("</") ? this.#close(tag.slice(2).trimEnd()) : this.#start(tag);
  }

  /** Where the `>` is that ends the tag; a `>` in quotes does not. */
  #endOfTag(): number {
    const text = this.#text;
    for (let at = Math.max(1, this.#searched); at < text.length;) {
      if (this.#quote !== "") {
        const close = text.indexOf(this.#quote, at);
        if (close < 0) break;
        this.#quote = "";
        at = close + 1;
        continue;
      }
      const char = text[at]!;
      if (char === ">") return at;
      if (char === '"' || char === "'") this.#quote = char;
      at++;
      this.#searched = at;
    }
    this.#searched = text.length;
    return -1;
  }

  #close(name: string): boolean {
    if (this.#open.pop() !== name) return this.#fail(`its element ${name.slice(0, 40)} ends where it did not begin`);
    this.#handler.close(name);
    return true;
  }

  #start(tag: string): boolean {
    NAME.lastIndex = 1;
    const name = NAME.exec(tag)?.[0];
    const isEmpty = tag.endsWith("/");
    const attributes =
      name === undefined ? undefined : readAttributes(tag, 1 + name.length, tag.length - (isEmpty ? 1 : 0));
    if (name === undefined || attributes === undefined) return this.#fail("a tag in it is malformed");
    if (this.#open.length === 0 && this.#hasRoot) return this.#fail("something follows its end");
    if (this.#open.length >= MAX_DEPTH) return this.#fail("its elements stand in each other too deeply");
    this.#hasRoot = true;
    this.#handler.open(name, attributes);
    if (isEmpty) this.#handler.close(name);
    else this.#open.push(name);
    return true;
  }

  #fail(problem: string): false {
    this.problem = problem;
    this.#text = "";
    return false;
  }
}

function readAttributes(tag: string, from: number, to: number): XmlAttributes | undefined {
  const raw = new Map<string, string>();
  let at = from;
  for (;;) {
    ATTRIBUTE.lastIndex = at;
    const [all, name = "", double, single = ""] = ATTRIBUTE.exec(tag) ?? [];
    if (all === undefined || at + all.length > to) break;
    if (raw.has(name)) return undefined;
    raw.set(name, double ?? single);
    at += all.length;
  }
  if (tag.slice(at, to).trim() !== "") return undefined;
  const get = (name: string): string | undefined => {
    const value = raw.get(name);
    return value?.includes("&") === true ? value.replace(ENTITY, decodeEntity) : value;
  };
  return {
    get,
    number: (name) => {
      const value = get(name);
      return value !== undefined && /^\s*\d{1,15}\s*$/.test(value) ? Number(value) : undefined;
    },
  };
}

function decodeEntity(all: string, decimal?: string, hex?: string, name?: string): string {
  const code = decimal === undefined ? (hex === undefined ? undefined : Number.parseInt(hex, 16)) : Number(decimal);
  if (code !== undefined) return code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
  return ENTITIES.get(name ?? "") ?? all;
}
