/** One server-sent event. */
export interface WireEvent {
  readonly event: string;
  readonly data: unknown;
}

/** Makes an id that no other thing of this server has, with its kind in front. */
export type WireIds = (kind: string) => string;

export const toSse = (events: readonly WireEvent[]): string =>
  events.map(({ event, data }) => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`).join("");

/** Without names, and ended as Chat Completions end. */
export const toNamelessSse = (chunks: readonly unknown[]): string =>
  [...chunks.map((chunk) => JSON.stringify(chunk)), "[DONE]"].map((data) => `data: ${data}\n\n`).join("");
