/** A text that is not a duration. */
export class DurationError extends Error {
  constructor(text, at) {
    super(`not a duration: "${text}" (at ${at})`);
    this.name = "DurationError";
    this.at = at;
  }
}
