import { refuse, type Refusal } from "../plan/refusal.ts";

const LONGEST_NAME = 200;
const LONGEST_TEXT = 4_096;

/** Why a name cannot be that of a folder of ours. What makes a good name is decided where it is given. */
export function misnamed(field: string, name: string): Refusal | undefined {
  const isFine = name.length > 0 && name.length <= LONGEST_NAME && !/^\.|[/\\\p{Cc}]/u.test(name);
  return isFine ? undefined : refuse("malformed-event", `The ${field} has a name that cannot be.`);
}

/** Why a text cannot be a path, a branch or a digest. */
export function misworded(field: string, text: string): Refusal | undefined {
  const isFine = text.length > 0 && text.length <= LONGEST_TEXT && !/\p{Cc}/u.test(text);
  return isFine ? undefined : refuse("malformed-event", `The ${field} is empty, too long or not plain text.`);
}
