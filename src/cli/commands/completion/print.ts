import type { Run } from "../../command.ts";
import type { completion } from "../completion.ts";
import { scripts } from "./scripts.ts";

export const printCompletion: Run<typeof completion> = async ({ args }, { out }) => {
  out.write(scripts[args.shell]);
};
