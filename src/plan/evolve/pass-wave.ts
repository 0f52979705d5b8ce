import type { Draft } from "../draft.ts";
import type { PlanEventOf } from "../events.ts";
import { whyClosed } from "../gate/closed-gate.ts";
import { waveConditions } from "../gate/wave-gate.ts";
import { lastWave } from "../graph.ts";
import { refuse, type Refusal } from "../refusal.ts";

/** A wave's gate opens: it passes. */
export function passWave(draft: Draft, { wave, trees }: PlanEventOf<"wave.passed">): Refusal | undefined {
  const current = draft.plan.passedWaves + 1;
  const last = lastWave(draft.values());
  if (wave < current) return refuse("wave-passed", `wave ${wave} has passed already`, { hint: "holdfast status" });
  if (wave !== current || wave > last) {
    const named = last < current ? "" : `, which is ${current}`;
    return refuse("no-such-wave", `wave ${wave} is not the current one${named}`, { hint: "holdfast status" });
  }
  const closed = whyClosed(waveConditions(draft.whole(), wave, trees), {
    gate: `wave ${wave}`,
    opening: `wave ${wave} has not passed`,
    isUnseen: (stamp) => draft.isUnseen(stamp),
  });
  if (closed !== undefined) return closed;
  draft.set({ passedWaves: wave });
  draft.tell("wave.passed", String(wave));
  return undefined;
}
