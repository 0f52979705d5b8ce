/** An item of a host's own list of what is to be done. */
export interface ListItem {
  readonly content: string;
  /** `pending`, `in_progress`, `completed`; what else a host may say is neither open nor done. */
  readonly status: string;
}

/** Marks an item that comes from a plan: it is taken out and put in again as the plan then stands. */
const MARK = /^\[plan [a-z0-9-]+\] /;

export const planItem = (plan: string, text: string): string => `[plan ${plan}] ${text}`;

export const isPlanItem = (content: string): boolean => MARK.test(content);

export const withoutMark = (content: string): string => content.replace(MARK, "");
