/** What the scripted model says in one answer: text, tool calls, or a refusal of the request. */
export interface Turn {
  readonly text?: string;
  readonly calls?: readonly ToolCall[];
  readonly usage?: { readonly input: number; readonly output?: number };
  /** Waits that long before it answers. */
  readonly delayMs?: number;
  readonly error?: { readonly status: number; readonly message: string };
}

export interface ToolCall {
  readonly name: string;
  /** Of the Responses protocol: tools of an MCP server stand in one. */
  readonly namespace?: string;
  /** An object of arguments, or the whole text that a free-form tool takes. */
  readonly input: Readonly<Record<string, unknown>> | string;
}

export type Protocol = "anthropic" | "responses" | "chat";

/** One request to the model, as it arrived. */
export interface ModelRequest {
  readonly protocol: Protocol;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
  /** Every text that the model reads, without the tools' descriptions. */
  readonly text: string;
  /** The text of the last message that is a user's, without results of tools and the host's own reminders. */
  readonly lastUser: string;
  /** Names of the tools offered; one in a namespace is `<namespace>.<name>`. */
  readonly tools: readonly string[];
  /** What the host says of a subagent that it comes from. */
  readonly subagent?: string;
  /** Milliseconds on a clock that only goes forward. */
  readonly arrivedAt: number;
}

/** Picks the answer to a request; undefined leaves it to whoever is asked next. */
export type Script = (request: ModelRequest) => Turn | undefined | Promise<Turn | undefined>;

/** Conditions on a request; all that are given must hold. */
export interface Match {
  /** A part of the last user text. */
  readonly lastUser?: string;
  /** The name of an offered tool. */
  readonly offers?: string;
  /** The name of a header, in lower case. */
  readonly header?: string;
  readonly isSubagent?: boolean;
}

export function matches(match: Match, request: ModelRequest): boolean {
  return (
    (match.lastUser === undefined || request.lastUser.includes(match.lastUser)) &&
    (match.offers === undefined || request.tools.includes(match.offers)) &&
    (match.header === undefined || match.header in request.headers) &&
    (match.isSubagent === undefined || match.isSubagent === (request.subagent !== undefined))
  );
}

/** One turn a request, in order; nothing after the last. */
export function inOrder(...turns: readonly Turn[]): Script {
  let next = 0;
  return () => turns[next++];
}

/** A script for the requests that match. */
export function when(match: Match, script: Script): Script {
  return (request) => (matches(match, request) ? script(request) : undefined);
}

/** The first script that has an answer. */
export function firstOf(...scripts: readonly Script[]): Script {
  return async (request) => {
    for (const script of scripts) {
      const turn = await script(request);
      if (turn !== undefined) return turn;
    }
    return undefined;
  };
}
