import type { Result } from "../plan/refusal.ts";
import type { Io } from "./io.ts";
import type { Output } from "./output.ts";

/** What the shell may offer for a value; the answers come from `Candidates`. */
export type CandidateKind =
  | "plan"
  | "task"
  | "phase"
  | "lane"
  | "session"
  | "repo"
  | "check"
  | "finding"
  | "criterion"
  | "host"
  | "command"
  | "file";

/** An argument by position. A `many` argument takes all that are left, and is the last. */
export interface ArgSpec {
  readonly name: string;
  readonly summary: string;
  readonly optional?: true;
  readonly many?: true;
  readonly choices?: readonly string[];
  readonly complete?: CandidateKind;
}

export interface FlagSpec {
  readonly type: "boolean";
  readonly summary: string;
  readonly short?: string;
}

/** An option that takes a value. `many` may be given more than once. `number` is a whole number. */
export interface ValueSpec {
  readonly type: "string" | "number";
  readonly summary: string;
  /** Placeholder in help, without brackets: `text`, `path`, `n`. */
  readonly value: string;
  readonly short?: string;
  readonly required?: true;
  readonly many?: true;
  readonly choices?: readonly string[];
  readonly complete?: CandidateKind;
  /** For numbers: the smallest and largest that are taken; 0 and the largest safe integer where absent. */
  readonly min?: number;
  readonly max?: number;
}

export type OptionSpec = FlagSpec | ValueSpec;
export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

export interface Example {
  /** As typed, without the prompt: `holdfast task claim T1`. */
  readonly run: string;
  readonly does: string;
}

/** One command as data: what help, completion, the parser and docs/commands.md are made of. */
export interface Spec {
  /** Its words, the group first: `["task", "claim"]`. */
  readonly path: readonly [string, ...string[]];
  /** One line, imperative, no full stop. */
  readonly summary: string;
  /** Paragraphs for `--help`; lines are printed as they are. */
  readonly description?: string;
  readonly args?: readonly ArgSpec[];
  /** By long name, kebab-case, without the dashes. */
  readonly options?: OptionSpecs;
  readonly examples: readonly Example[];
  /** What an exit code means here, where that says more than the common table. */
  readonly exits?: Readonly<Partial<Record<number, string>>>;
  /** Takes nothing but a person's act; said in help. */
  readonly personOnly?: true;
  /** Neither listed nor completed. */
  readonly hidden?: true;
  /** What follows `--` is given as `context.rest`, unread. Where absent it is more arguments. */
  readonly rest?: true;
}

type ValueOf<O extends ValueSpec> = O extends { readonly type: "number" }
  ? number
  : O extends { readonly choices: readonly (infer C extends string)[] }
    ? C
    : string;

type OptionValue<O extends OptionSpec> = O extends ValueSpec
  ? O extends { readonly many: true }
    ? readonly ValueOf<O>[]
    : O extends { readonly required: true }
      ? ValueOf<O>
      : ValueOf<O> | undefined
  : boolean;

type ArgText<A extends ArgSpec> = A extends { readonly choices: readonly (infer C extends string)[] } ? C : string;

type ArgValue<A extends ArgSpec> = A extends { readonly many: true }
  ? readonly ArgText<A>[]
  : A extends { readonly optional: true }
    ? ArgText<A> | undefined
    : ArgText<A>;

type Nothing = Readonly<Record<string, never>>;

type ArgsOf<S extends Spec> = S extends { readonly args: infer A extends readonly ArgSpec[] }
  ? { readonly [X in A[number] as X["name"]]: ArgValue<X> }
  : Nothing;

type OptionsOf<S extends Spec> = S extends { readonly options: infer O extends OptionSpecs }
  ? { readonly [N in keyof O]: OptionValue<O[N]> }
  : Nothing;

/** What was typed, checked against the spec: flags are always there, `many` is never undefined. */
export interface Input<S extends Spec> {
  readonly args: ArgsOf<S>;
  readonly options: OptionsOf<S>;
}

/** Options that every command takes. */
export interface GlobalOptions {
  readonly plan?: string;
  readonly session?: string;
  readonly root?: string;
  readonly json: boolean;
}

export interface Context {
  readonly global: GlobalOptions;
  readonly out: Output;
  readonly io: Io;
  /** What followed `--`, where the spec asks for it. */
  readonly rest: readonly string[];
}

/** An exit code that no refusal stands for, e.g. a host's protocol, or a check that failed. */
export interface Exit {
  readonly exit: number;
}

export const exit = (code: number): Exit => ({ exit: code });

/**
 * What a command comes to: nothing or an accepted result is exit 0; a refusal is printed by the kernel
 * and gives the exit code of its reason (exit-codes.ts).
 */
export type Outcome = Result<unknown> | Exit | void;

/** Expected failures are returned, never thrown; what is thrown is reported as a bug. */
export type Run<S extends Spec> = (input: Input<S>, context: Context) => Promise<Outcome>;

/** A command whose types have been forgotten, for tables. */
export interface Command {
  readonly spec: Spec;
  readonly load: () => Promise<(input: UntypedInput, context: Context) => Promise<Outcome>>;
}

export interface UntypedInput {
  readonly args: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly options: Readonly<Record<string, OptionInput>>;
}

export type OptionInput = boolean | string | number | readonly string[] | readonly number[] | undefined;

/** Keeps the literal types of a spec, so that `Input<typeof it>` is exact. */
export const defineCommand = <const S extends Spec>(spec: S): S => spec;

/** Ties a spec to the function that runs it, loaded only when it is called. */
export const command = <S extends Spec>(spec: S, load: () => Promise<Run<S>>): Command => ({
  spec,
  load: load as unknown as Command["load"],
});

/** The first word of a command line. Its module is loaded only when that word was typed, or for docs. */
export interface Group {
  readonly name: string;
  /** One line for the top of `holdfast --help`. */
  readonly summary: string;
  readonly hidden?: true;
  readonly load: () => Promise<{ readonly commands: readonly Command[] }>;
}
