import { setTimeout as wait } from "node:timers/promises";
import { renderStatus } from "../../../context/board.ts";
import { describeChange } from "../../../context/change-line.ts";
import { statusJson } from "../../../context/status-json.ts";
import { isoTime } from "../../../context/time.ts";
import type { PlanStore } from "../../../engine/plans/plan-store.ts";
import type { Change } from "../../../plan/state.ts";
import type { Context, Outcome } from "../../command.ts";
import type { Sink } from "../../io.ts";
import type { ViewNow } from "./status.ts";

const POLL_MS = 250;
/** Spans and leases move on although nothing happens. */
const REDRAW_MS = 10_000;

const HOME_AND_CLEAR = "\u001b[H\u001b[2J";

/** Shows the status again whenever the plan has changed, until the process is interrupted or nobody reads any more. */
export async function watchStatus(context: Context, store: PlanStore, view: ViewNow): Promise<Outcome> {
  const { out, io, global } = context;
  const isScreen = io.stdout.isTTY === true && !global.json;
  const stop = new AbortController();
  const end = (): void => stop.abort();
  process.once("SIGINT", end).once("SIGTERM", end);
  whenClosed(io.stdout, end);
  const show = (changes: readonly Change[] | undefined): void => {
    if (global.json) return out.printJson(statusJson(store.state, view()));
    if (isScreen) out.write(HOME_AND_CLEAR);
    if (isScreen || changes === undefined) return out.print(renderStatus(store.state, view()).trimEnd());
    for (const change of changes) out.print(`${isoTime(change.at)} ${describeChange(store.state, change)}`);
  };
  try {
    show(undefined);
    let { revision } = store.state;
    for (let idleMs = 0; !(await sleep(stop.signal)); idleMs += POLL_MS) {
      const folded = store.refresh();
      if (!folded.ok) return folded;
      if (store.state.revision !== revision) {
        show(store.state.changes.filter((change) => change.revision > revision));
        ({ revision } = store.state);
        idleMs = 0;
      } else if (isScreen && idleMs >= REDRAW_MS) {
        show(undefined);
        idleMs = 0;
      }
    }
    return undefined;
  } finally {
    process.off("SIGINT", end).off("SIGTERM", end);
  }
}

/** Waits a moment; true where that was cut short. */
async function sleep(signal: AbortSignal): Promise<boolean> {
  await wait(POLL_MS, undefined, { signal }).catch(() => undefined);
  return signal.aborted;
}

/** A stream tells of a reader that went away when it is next written to. */
function whenClosed(stdout: Sink, end: () => void): void {
  const stream = stdout as { readonly once?: (event: "error" | "close", listener: () => void) => unknown };
  stream.once?.("error", end);
  stream.once?.("close", end);
}
