/** Time, so that tests need none of it. */
export interface Clock {
  now(): number;
  /** Calls once after a while; the answer calls it off. */
  after(ms: number, call: () => void): () => void;
}

/** The timers are looked up when they are used, so that whoever replaces them is heard. */
export const realClock: Clock = {
  now: () => Date.now(),
  after(ms, call) {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};
