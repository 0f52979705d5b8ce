export type Message = Readonly<Record<string, unknown>>;

/** One line of a stream of JSON objects; undefined where it is something else, such as a warning. */
export function parseLine(line: string): Message | undefined {
  return line.startsWith("{") ? (JSON.parse(line) as Message) : undefined;
}

export const parseLines = (text: string): readonly Message[] =>
  text
    .split("\n")
    .map(parseLine)
    .filter((message) => message !== undefined);
