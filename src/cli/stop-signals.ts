/** What a shell says of a program that ended on one of these. */
export const STOPPED_EXIT = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

export type StopSignal = keyof typeof STOPPED_EXIT;

/**
 * Lets whoever stops the program stop what it runs: that is in groups of its own, which no terminal ends. To be released
 * once that is over.
 */
export function stopOnSignals() {
  const stop = new AbortController();
  let by: StopSignal | undefined;
  const onSignal = (signal: NodeJS.Signals): void => {
    by ??= signal as StopSignal;
    stop.abort();
  };
  const names = Object.keys(STOPPED_EXIT) as readonly StopSignal[];
  for (const name of names) process.on(name, onSignal);
  return {
    signal: stop.signal,
    by: () => by,
    release: () => {
      for (const name of names) process.off(name, onSignal);
    },
  };
}
