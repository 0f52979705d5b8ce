import type { Draft } from "../draft.ts";
import type { PlanEventOf } from "../events.ts";
import { asDetail, unmetOf } from "../gate/condition.ts";
import { waveConditions } from "../gate/wave-gate.ts";
import { lastWave } from "../graph.ts";
import { refuse, type Refusal } from "../refusal.ts";

/** A wave's gate opens: it passes. */
export function passWave(draft: Draft, { wave, trees }: PlanEventOf<"wave.passed">): Refusal | undefined {
  const current = draft.plan.passedWaves + 1;
  const last = lastWave(draft.values());
  if (wave < current) return refuse("wave-passed", `wave ${wave} has passed already`, { hint: "holdfast status" });
  if (wave !== current || wave > last) {
    return refuse(
      "no-such-wave",
      `wave ${wave} is not the current one${last < current ? "" : `, which is ${current}`}`,
      {
        hint: "holdfast status",
      },
    );
  }
  const unmet = unmetOf(waveConditions(draft.whole(), wave, trees));
  const [first] = unmet;
  if (first !== undefined) {
    return refuse("gate-closed", `wave ${wave} has not passed: ${unmet.map(({ says }) => says).join("; ")}`, {
      ...(first.way === undefined ? {} : { hint: first.way }),
      ...(unmet.length > 1 ? { details: unmet.slice(0, 20).map(asDetail) } : {}),
      ...(first.cause === undefined ? {} : { cause: first.cause }),
    });
  }
  draft.set({ passedWaves: wave });
  draft.tell("wave.passed", String(wave));
  return undefined;
}
