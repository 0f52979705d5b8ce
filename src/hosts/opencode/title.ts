const CUE = /^(?:task|obs):([a-z0-9][a-z0-9-]*) \| /;

/** The title that a person gave, without our cue; a cue that names no plan of ours is the person's own text. */
export function plainTitle(title: string, isPlan: (slug: string) => boolean): string {
  let plain = title;
  for (let cue = CUE.exec(plain); cue !== null && isPlan(cue[1]!); cue = CUE.exec(plain)) {
    plain = plain.slice(cue[0].length);
  }
  return plain;
}

/** Whether the host has not named the conversation yet: it does so only while it bears its first title. */
export const isUnnamed = (title: string): boolean => /^(?:New|Child) session - \d{4}-\d\d-\d\dT/.test(title);

/** The title with the cue, or without one. */
export const withCue = (plain: string, cue: string | undefined): string =>
  cue === undefined ? plain : `${cue} | ${plain}`;
