import type { Tool } from "../tool.ts";
import { goalTools } from "./goal.ts";
import { note } from "./note.ts";
import { planRead } from "./plan-read.ts";
import { planWrite } from "./plan-write.ts";
import { task } from "./task.ts";

/** The one tool where there is no plan: it makes one. */
export const withoutPlan: readonly Tool[] = [planWrite];

export const withPlan: readonly Tool[] = [planRead, planWrite, task, note, ...goalTools];
