/** The Markdown files that are rendered into a plan's folder, by their names there. */
export const PLAN_FILES = ["task_plan.md", "TODO_LIST.md", "progress.md", "findings.md"] as const;

export type PlanFile = (typeof PLAN_FILES)[number];
