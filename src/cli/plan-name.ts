import { ok, refused, type Result } from "../plan/refusal.ts";

/** The plan that a command is told of by position or by `--plan`; one of them suffices. */
export function planNamed(given: string | undefined, flag: string | undefined): Result<string | undefined> {
  if (given === undefined || flag === undefined || given === flag) return ok(given ?? flag);
  return refused("usage-two-plans", `Two plans are named: ${given} and --plan ${flag}`);
}
