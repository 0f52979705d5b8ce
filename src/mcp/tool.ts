import type * as z from "zod/mini";
import type { Workspace } from "../engine/workspace.ts";
import type { Result } from "../plan/refusal.ts";
import type { Answer } from "./answer.ts";

/** As a schema has it once what is absent has been left out. */
export type Given<T> = T extends readonly (infer Item)[]
  ? readonly Given<Item>[]
  : T extends object
    ? { readonly [K in keyof T]: Given<Exclude<T[K], undefined>> }
    : T;

/** One tool as the model sees it, and what it does. */
export interface ToolSpec<S extends z.ZodMiniType> {
  readonly name: string;
  readonly description: string;
  readonly input: S;
  /** It changes nothing: hosts ask nobody. */
  readonly isReading?: true;
  readonly run: (input: Given<z.output<S>>, workspace: Workspace) => Promise<Result<Answer>>;
}

/** A tool whose types have been forgotten, for tables. */
export type Tool = ToolSpec<z.ZodMiniType>;

export const defineTool = <S extends z.ZodMiniType>(spec: ToolSpec<S>): Tool => spec;
