import { refuse } from "../plan/refusal.ts";
import type { Refusal } from "../plan/refusal.ts";
import { version } from "../version.ts";
import type { Command, Exit, Group, Outcome } from "./command.ts";
import { exitCodeOf } from "./exit-codes.ts";
import { commandHelp, groupHelp, programHelp } from "./help.ts";
import type { Io } from "./io.ts";
import { createOutput, hasColor } from "./output.ts";
import type { Output } from "./output.ts";
import { parseCommand } from "./parse.ts";
import { reportRefusal } from "./report.ts";
import { resolveTarget } from "./resolve.ts";
import type { Target } from "./resolve.ts";
import type { Text } from "./text.ts";
import { findWords, hasSwitch } from "./words.ts";

interface Invocation {
  readonly argv: readonly string[];
  readonly io: Io;
  readonly groups: readonly Group[];
  readonly isJson: boolean;
  readonly noColor: boolean;
}

/**
 * Runs one command line and gives its exit code. Whatever happens is reported on `io`; it never throws and never
 * ends the process.
 */
export async function run(argv: readonly string[], io: Io, groups: readonly Group[]): Promise<number> {
  const isJson = hasSwitch(argv, "--json");
  const invocation = { argv, io, groups, isJson, noColor: hasSwitch(argv, "--no-color") };
  try {
    return await dispatch(invocation);
  } catch (error) {
    return report(invocation, thrown(error, io));
  }
}

async function dispatch(invocation: Invocation): Promise<number> {
  const { argv, io, groups } = invocation;
  const words = findWords(argv);
  const out = outputOf(invocation);
  if (words.length === 0 && hasSwitch(argv, "--version", "-V")) {
    out.print(version);
    return 0;
  }
  const isTopic = words[0]?.text === "help";
  const target = await resolveTarget(groups, isTopic ? words.slice(1) : words);
  if (!target.ok) return report(invocation, target.refusal);
  if (target.value.kind === "command" && !isTopic) {
    return await runCommand(invocation, target.value.command, out);
  }
  const help = helpOf(target.value, groups);
  if (isTopic || hasSwitch(argv, "--help", "-h")) {
    for (const line of help) out.print(line);
    return 0;
  }
  return incomplete(invocation, target.value, createOutput({ ...surroundings(invocation), stdout: io.stderr }), help);
}

const surroundings = ({ io, isJson, noColor }: Invocation) => ({
  stdout: io.stdout,
  stderr: io.stderr,
  env: io.env,
  isJson,
  noColor,
});

const outputOf = (invocation: Invocation): Output => createOutput(surroundings(invocation));

function helpOf(target: Target, groups: readonly Group[]): readonly Text[] {
  if (target.kind === "program") return programHelp(groups, version);
  if (target.kind === "group") return groupHelp(target.path, target.summary, target.commands);
  return commandHelp(target.command.spec);
}

/** Words that name no whole command: help, where a person sees it and a program that reads stdout does not. */
function incomplete(invocation: Invocation, target: Target, onStderr: Output, help: readonly Text[]): number {
  if (invocation.isJson) {
    const name = target.kind === "group" ? `holdfast ${target.path.join(" ")}` : "holdfast";
    return report(
      invocation,
      refuse("usage-missing-command", `${name} needs a command`, { hint: `${name} --help lists them` }),
    );
  }
  for (const line of help) onStderr.print(line);
  return 2;
}

async function runCommand(invocation: Invocation, command: Command, out: Output): Promise<number> {
  const { argv, io } = invocation;
  const used = new Set(
    findWords(argv)
      .slice(0, command.spec.path.length)
      .map(({ index }) => index),
  );
  const parsed = parseCommand(
    command.spec,
    argv.filter((_, index) => !used.has(index)),
  );
  if (!parsed.ok) return report(invocation, parsed.refusal);
  const { isHelp, input, global, rest } = parsed.value;
  if (isHelp) {
    for (const line of commandHelp(command.spec)) out.print(line);
    return 0;
  }
  const main = await command.load();
  const outcome = await main(input, { global, out, io, rest });
  out.progress();
  return finish(invocation, outcome);
}

const isExit = (outcome: Exclude<Outcome, void>): outcome is Exit => "exit" in outcome;

function finish(invocation: Invocation, outcome: Outcome): number {
  if (outcome === undefined) return 0;
  if (isExit(outcome)) return outcome.exit;
  return outcome.ok ? 0 : report(invocation, outcome.refusal);
}

function report({ io, isJson, noColor }: Invocation, refusal: Refusal): number {
  io.stderr.write(reportRefusal(refusal, isJson, hasColor(io.stderr, io.env, noColor)));
  return exitCodeOf(refusal.reason);
}

/** The one place where an exception becomes an answer. A failed system call is no bug, and is told as what it is. */
function thrown(error: unknown, io: Io): Refusal {
  const failure = error instanceof Error ? error : new Error(String(error));
  if ("syscall" in failure) return refuse("system-error", failure.message);
  const stack = io.env["HOLDFAST_DEBUG"] ? { place: failure.stack ?? "" } : {};
  return refuse("internal-error", `This is a bug in Holdfast: ${failure.message}`, {
    hint: "HOLDFAST_DEBUG=1 shows where; nothing that was acknowledged is lost",
    ...stack,
  });
}
