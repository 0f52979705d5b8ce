/** The commands that texts send their reader to, in one place. None of them destroys anything. */
export const status = "holdfast status";
export const taskList = "holdfast task list";
export const planResume = "holdfast plan resume";
export const doubts = "holdfast confidence --low";
export const conflictList = "holdfast journal conflicts";

export const claim = (task: string): string => `holdfast task claim ${task}`;
export const takeOver = (task: string): string => `holdfast task claim ${task} --take-over`;
export const showTask = (task: string): string => `holdfast task show ${task}`;
export const waitFor = (task: string, parents: readonly string[]): string =>
  `holdfast task edit ${task} ${parents.length === 0 ? "--no-parents" : `--parents ${parents.join(",")}`}`;
export const promptFor = (task: string): string => `holdfast task prompt ${task}`;
export const markDone = (task: string): string => `holdfast task done ${task}`;
export const verify = (task: string): string => `holdfast verify --task ${task}`;
export const reviewList = (task: string): string => `holdfast review list ${task}`;
export const reviewAgain = (task: string): string => `holdfast review request ${task} --again`;
export const gate = (task: string): string => `holdfast gate task ${task}`;
export const acceptCheck = (check: string): string => `holdfast check accept ${check}`;
export const unblock = (task: string): string => `holdfast task unblock ${task}`;
export const retry = (task: string): string =>
  `holdfast task retry ${task} --note "<what the next attempt should know>"`;
export const addOutput = (task: string, fence: string): string =>
  `holdfast task output ${task} <name.md> --file <path>${fence}`;
export const completeLane = (lane: string): string => `holdfast lane complete ${lane} --summary "<what came out>"`;
export const blockLane = (lane: string): string => `holdfast lane block ${lane} --why "<what stands in the way>"`;
