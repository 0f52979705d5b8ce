import { isObject } from "../../../plan/shape.ts";
import type { LoopEvent } from "./api.ts";

export type Fields = Readonly<Record<string, unknown>>;

/** A field of something that came from outside; nothing where that is no object. */
export const fieldsOf = (value: unknown): Fields => (isObject(value) ? value : {});

export const textOf = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

/** What a call of OpenCode's client came to: itself, or inside `data`. */
export const dataOf = (answer: unknown): unknown => {
  const { data, error } = fieldsOf(answer);
  if (data === undefined && error !== undefined) return undefined;
  return data === undefined ? answer : data;
};

/** The session that an event is about. */
export function sessionOf({ properties }: LoopEvent): string | undefined {
  const { sessionID, info } = fieldsOf(properties);
  const { sessionID: ofInfo, id } = fieldsOf(info);
  return textOf(sessionID) ?? textOf(ofInfo) ?? textOf(id);
}
