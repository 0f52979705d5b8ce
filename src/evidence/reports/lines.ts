/* oxlint-disable no-control-regex -- control characters are what is taken out here */
const MAX_LINE_CHARS = 64 * 1024;

const SEQUENCE =
  /\u001b\[[0-?]*[ -/]*[@-~]|\u001b[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b[ -/]*[0-~]?|[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g;

/** Without colours and other control sequences. */
const stripped = (line: string): string => line.replace(SEQUENCE, "");

/** Hands on whole lines of a text that comes in pieces; of a very long line only its beginning. */
export class LineFeed {
  readonly #take: (line: string) => void;
  #rest = "";

  constructor(take: (line: string) => void) {
    this.#take = take;
  }

  write(piece: string): void {
    let from = 0;
    for (let at = piece.indexOf("\n"); at >= 0; at = piece.indexOf("\n", from)) {
      this.#line(this.#rest + piece.slice(from, at));
      this.#rest = "";
      from = at + 1;
    }
    const tail = piece.slice(from);
    if (this.#rest.length < MAX_LINE_CHARS) this.#rest += tail.slice(0, MAX_LINE_CHARS);
  }

  /** The last line, if it had no end. */
  end(): void {
    if (this.#rest !== "") this.#line(this.#rest);
    this.#rest = "";
  }

  /** A lone carriage return rewrites a line on a terminal: what stands last is what is seen. */
  #line(line: string): void {
    const text = stripped(line.slice(0, MAX_LINE_CHARS)).replace(/\r+$/, "");
    const rewritten = text.lastIndexOf("\r");
    this.#take(rewritten < 0 ? text : text.slice(rewritten + 1));
  }
}
