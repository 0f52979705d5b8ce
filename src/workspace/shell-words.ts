/** A word of a command line, without its quotes. */
export interface Word {
  readonly text: string;
  /** What stands there is for the shell to find: a variable, a substitution, a brace or a home. */
  readonly isOpen: boolean;
  /** It has a pattern that files are matched with. */
  readonly isPattern: boolean;
  /** Where something in it is known to the running shell alone: its text with a `*` in that place. */
  readonly shape?: string;
  /** What it substitutes, as it is written. */
  readonly substituted?: string;
}

/** One command between separators: what is run, with what, and where its output goes. */
export interface SimpleCommand {
  readonly words: readonly Word[];
  /** Targets of redirections that write. */
  readonly targets: readonly Word[];
  /** What it reads from a here-document or a here-string. */
  readonly input: string;
  /** How many subshells it stands in. */
  readonly depth: number;
  /** What stands between it and what follows: `&&`, `|`, `;`, a line's end, a bracket; empty at the end of all. */
  readonly ending: string;
}

export interface ShellScript {
  readonly commands: readonly SimpleCommand[];
  /** Commands inside of substitutions. */
  readonly nested: readonly string[];
  /** A quote or a substitution has no end, so where words begin is a guess. */
  readonly isTorn: boolean;
}

/** Reads a command line as a POSIX shell would, as far as is needed to see what it may write. Runs nothing. */
export function readShell(text: string): ShellScript {
  return new Reader(text).read();
}

interface Draft {
  words: Word[];
  targets: Word[];
  input: string;
  depth: number;
  ending: string;
}

class Reader {
  readonly #text: string;
  #at = 0;
  #depth = 0;
  #isTorn = false;
  #command: Draft;
  readonly #commands: Draft[] = [];
  readonly #nested: string[] = [];
  readonly #documents: { readonly end: string; readonly isIndented: boolean; readonly of: Draft }[] = [];

  constructor(text: string) {
    this.#text = text;
    this.#command = this.#draft();
  }

  read(): ShellScript {
    while (this.#at < this.#text.length) this.#step();
    this.#finish();
    return { commands: this.#commands, nested: this.#nested, isTorn: this.#isTorn };
  }

  #draft(): Draft {
    return { words: [], targets: [], input: "", depth: this.#depth, ending: "" };
  }

  #finish(separator = ""): void {
    const { words, targets, input } = this.#command;
    if (words.length > 0 || targets.length > 0 || input !== "") this.#commands.push(this.#command);
    const last = this.#commands.at(-1);
    if (last !== undefined) last.ending += separator;
    this.#command = this.#draft();
  }

  #step(): void {
    const rest = this.#text.slice(this.#at, this.#at + 4);
    const char = rest[0]!;
    if (char === "\n") {
      this.#at += 1;
      this.#finish(char);
      this.#readDocuments();
    } else if (char === " " || char === "\t" || char === "\r") this.#at += 1;
    else if (char === "#") this.#skipLine();
    else if (rest.startsWith("\\\n")) this.#at += 2;
    else if (this.#redirection()) return;
    else if (char === ";" || char === "|" || char === "&") {
      this.#at += 1;
      this.#finish(char);
    } else if (char === "(" || char === ")") {
      this.#at += 1;
      this.#finish(char);
      this.#depth = Math.max(0, this.#depth + (char === "(" ? 1 : -1));
      this.#command = this.#draft();
    } else this.#command.words.push(this.#word());
  }

  #skipLine(): void {
    const end = this.#text.indexOf("\n", this.#at);
    this.#at = end < 0 ? this.#text.length : end;
  }

  /** `>`, `>>`, `>|`, `&>`, `2>`, `<>`, `<<`, `<<<`, `<`; copies of descriptors write to nothing new. */
  #redirection(): boolean {
    const match = /^(?:\d*|&)(?:<<<|<<-?|<>|<&|>>|>\||>&|<(?!\()|>(?!\())/.exec(
      this.#text.slice(this.#at, this.#at + 12),
    );
    if (match === null || (match[0].startsWith("&") && !match[0].startsWith("&>"))) return false;
    const operator = match[0].replace(/^(?:\d*|&)/, "");
    this.#at += match[0].length;
    while (this.#text[this.#at] === " " || this.#text[this.#at] === "\t") this.#at += 1;
    const word = this.#word();
    if (operator.startsWith("<<<")) this.#command.input += word.text;
    else if (operator.startsWith("<<")) {
      this.#documents.push({ end: word.text, isIndented: operator === "<<-", of: this.#command });
    } else if (operator === ">&" || operator === "<&") {
      if (!/^\d+-?$|^-$/.test(word.text)) this.#command.targets.push(word);
    } else if (operator !== "<") this.#command.targets.push(word);
    return true;
  }

  #readDocuments(): void {
    for (const { end, isIndented, of } of this.#documents.splice(0)) {
      for (;;) {
        if (this.#at >= this.#text.length) break;
        const from = this.#at;
        this.#skipLine();
        const line = this.#text.slice(from, this.#at);
        this.#at += 1;
        if ((isIndented ? line.replace(/^\t+/, "") : line) === end) break;
        of.input += `${line}\n`;
      }
    }
  }

  #word(): Word {
    const nestedBefore = this.#nested.length;
    let text = "";
    let isOpen = false;
    let isPattern = false;
    let shape = "";
    let isUnknown = false;
    const add = (part: string): void => {
      text += part;
      shape += part;
    };
    const open = (part: string): void => {
      isOpen = true;
      isUnknown = true;
      text += part;
      shape += part === "" ? "*" : part;
    };
    for (;;) {
      const char = this.#text[this.#at];
      // Other blanks than these are letters to a shell.
      if (char === undefined || /[ \t\r\n;|&()<>]/.test(char)) break;
      this.#at += 1;
      if (char === "'") add(this.#until("'"));
      else if (char === '"') {
        const quoted = this.#quoted();
        text += quoted.text;
        shape += quoted.shape;
        isOpen ||= quoted.isOpen;
        isUnknown ||= quoted.isOpen;
      } else if (char === "\\") {
        add(this.#text[this.#at] === "\n" ? "" : (this.#text[this.#at] ?? ""));
        this.#at += 1;
      } else if (char === "$") open(this.#expansion());
      else if (char === "`") open(this.#substitution("`"));
      else {
        if (/[*?[]/.test(char)) isPattern = true;
        if (char === "{" || (char === "~" && text === "")) isOpen = true;
        add(char);
      }
    }
    // What cannot begin a word here (a stray bracket of a process substitution) must not hold up the reading.
    if (text === "" && !isOpen && this.#text[this.#at] !== undefined && /[<>]/.test(this.#text[this.#at]!)) {
      this.#at += 1;
      if (this.#text[this.#at] === "(") {
        this.#at += 1;
        this.#nested.push(this.#balanced());
      }
      isOpen = true;
      isUnknown = true;
    }
    const substituted = this.#nested.slice(nestedBefore).join(" ");
    return { text, isOpen, isPattern, ...(isUnknown && { shape }), ...(substituted !== "" && { substituted }) };
  }

  #until(end: string): string {
    const close = this.#text.indexOf(end, this.#at);
    if (close < 0) this.#isTorn = true;
    const stop = close < 0 ? this.#text.length : close;
    const text = this.#text.slice(this.#at, stop);
    this.#at = stop + 1;
    return text;
  }

  #quoted(): { readonly text: string; readonly shape: string; readonly isOpen: boolean } {
    let text = "";
    let shape = "";
    let isOpen = false;
    const add = (part: string): void => {
      text += part;
      shape += part;
    };
    for (;;) {
      const char = this.#text[this.#at];
      this.#at += 1;
      if (char === undefined) {
        this.#isTorn = true;
        return { text, shape, isOpen };
      }
      if (char === '"') return { text, shape, isOpen };
      if (char === "\\") {
        add(this.#text[this.#at] ?? "");
        this.#at += 1;
      } else if (char === "$") {
        const part = this.#expansion();
        isOpen ||= part !== "$";
        add(part);
        if (part === "") shape += "*";
      } else if (char === "`") {
        isOpen = true;
        shape += "*";
        this.#substitution("`");
      } else add(char);
    }
  }

  /** After a `$`: what is substituted is set aside, what it comes to is not known. */
  #expansion(): string {
    const next = this.#text[this.#at];
    if (next === "(") {
      this.#at += 1;
      this.#nested.push(this.#balanced());
      return "";
    }
    if (next === "'") {
      this.#at += 1;
      return this.#until("'");
    }
    if (next === "{") {
      this.#until("}");
      return "";
    }
    const name = /^(?:[A-Za-z_]\w*|[0-9@*#?$!-])/.exec(this.#text.slice(this.#at, this.#at + 80))?.[0];
    this.#at += name?.length ?? 0;
    return name === undefined ? "$" : "";
  }

  #substitution(end: string): string {
    this.#nested.push(this.#until(end));
    return "";
  }

  /** The inside of a bracket that has been opened, up to its end. */
  #balanced(): string {
    const from = this.#at;
    let depth = 1;
    let quote = "";
    for (; this.#at < this.#text.length; this.#at += 1) {
      const char = this.#text[this.#at]!;
      if (char === "\\" && quote !== "'") this.#at += 1;
      else if (quote !== "") quote = char === quote ? "" : quote;
      else if (char === "'" || char === '"') quote = char;
      else if (char === "(") depth += 1;
      else if (char === ")" && --depth === 0) {
        this.#at += 1;
        return this.#text.slice(from, this.#at - 1);
      }
    }
    this.#isTorn = true;
    return this.#text.slice(from);
  }
}
