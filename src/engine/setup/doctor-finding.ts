import type { Refusal } from "../../plan/refusal.ts";

/** `note`: worth knowing. `problem`: somebody has to do something. `fixed`: was a note or a problem until now. */
export type Level = "ok" | "note" | "fixed" | "problem" | "damaged";

/** What one check found. */
export interface Finding {
  readonly check: string;
  readonly level: Level;
  readonly message: string;
  readonly hint?: string;
  readonly place?: string;
}

export interface DoctorOptions {
  /** Put right what can be put right without losing anything of anybody's. */
  readonly fix: boolean;
}

/** A refusal as a finding. */
export const fromRefusal = (check: string, { reason, message, hint, place }: Refusal): Finding => ({
  check,
  level: /^(?:damaged|torn|corrupt|newer|journal)-/.test(reason) ? "damaged" : "problem",
  message,
  ...(hint === undefined ? {} : { hint }),
  ...(place === undefined ? {} : { place }),
});
