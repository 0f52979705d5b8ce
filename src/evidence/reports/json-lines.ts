import type { Kept } from "./json.ts";
import { LineFeed } from "./lines.ts";

/** Hands on the objects of a text that has one a line, and the lines between that are none. */
export class JsonLines {
  readonly #lines: LineFeed;
  write: (piece: string) => void;
  end: () => void;

  constructor(takeObject: (value: Kept) => void, takeLine: (line: string) => void) {
    this.#lines = new LineFeed((line) => {
      const value = line.startsWith("{") ? parse(line) : undefined;
      if (value === undefined) takeLine(line);
      else takeObject(value);
    });
    this.write = (piece) => this.#lines.write(piece);
    this.end = () => this.#lines.end();
  }
}

function parse(line: string): Kept | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Kept) : undefined;
  } catch {
    return undefined;
  }
}
