/** A stream to write to; `process.stdout` is one. */
export interface Sink {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string | Uint8Array): unknown;
}

/** Where standard input comes from; `process.stdin` is one. */
export interface Source extends AsyncIterable<string | Uint8Array> {
  readonly isTTY?: boolean;
}

/** The outside world of one command line, so that tests can be it. */
export interface Io {
  readonly stdin: Source;
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute. */
  readonly cwd: string;
}
