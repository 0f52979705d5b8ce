/** Something that a person can ask for by name, on every host that has such commands. */
export interface HostCommand {
  readonly name: string;
  readonly description: string;
  /** What may follow the name. */
  readonly argument?: string;
  /** What the model is told, before what followed the name. */
  readonly body: string;
}

/**
 * The commands. All are closed to the model, so that none costs a token until it is typed: what they allow is taken from
 * the person's own prompt, not from these texts.
 */
export const COMMANDS: readonly HostCommand[] = [
  {
    name: "new",
    description: "Plan new work with Holdfast; nothing is implemented yet",
    argument: "<what is to be done>",
    body: `Use the skill holdfast. Plan this work; implement nothing.
Look in the repository first. Propose a title and a slug and wait for a yes. Clarify one question at a time, each with the
answer you recommend. Then make the plan in one call: brief, acceptance criteria, tasks with parents and paths.
End with the plan in a few lines, and that /holdfast:proceed begins it and /holdfast:plan changes it.`,
  },
  {
    name: "plan",
    description: "Change or refine the plan in hand; nothing is implemented",
    argument: "[what should be different]",
    body: `Use the skill holdfast. Refine the plan in hand; implement nothing.
Read it first. Blocked tasks come first: say what stands in the way of each and propose to change it, to add a task before it,
to split it or to drop it. Keep the ids of tasks. If what is asked belongs to another piece of work, ask whether it should be
a plan of its own. End with what has changed.`,
  },
  {
    name: "proceed",
    description: "Carry out the plan in hand, from its next action on",
    body: `Use the skill holdfast. Carry out the plan in hand.
Read it and what is ready. Without a plan say so and stop. Where tasks are blocked name them; go on only with what does not
depend on them. First what is in progress, then what is ready: claim, work, record as you go, implemented, check. When all is
implemented, verify it as the brief says and report what was seen.`,
  },
  {
    name: "status",
    description: "Show the plan in hand at a glance",
    body: `Show where the plan in hand stands: phase, waves, tasks in hand, what is ready, what is blocked and why, the next action. Use
plan_read status and print what it says; change nothing.`,
  },
  {
    name: "switch",
    description: "Turn this session to another plan",
    argument: "[<slug>]",
    body: `Turn this session to the plan that is named; without a name list the plans and ask. Record the next action of the plan that
is left. If Holdfast refuses because of uncommitted changes, say what it says and ask; take neither way yourself.`,
  },
  {
    name: "done",
    description: "Close the plan in hand, if all of it is shown to be done",
    body: `Go through the acceptance criteria of the plan in hand: for each say what shows it, or that nothing does. Run what can be run.
Ask Holdfast to close the plan only if nothing is left; if it refuses, list what it names and stop. Never argue a criterion
away.`,
  },
  {
    name: "abort",
    description: "Give the plan in hand up, with the reason",
    argument: "[<why>]",
    body: `Give the plan in hand up. Ask for the reason if none is given, and for a yes. Release the tasks in hand, record what was learned
as findings, then abort the plan with the reason. Its files stay.`,
  },
  {
    name: "stop",
    description: "Stop working; what is next is recorded",
    body: `Stop. Change no more files. Record what was done since the last note and the next action, in two calls at most, and end the
turn.`,
  },
  {
    name: "resume",
    description: "Take up a plan that was left, from its recorded next action",
    argument: "[<slug>]",
    body: `Use the skill holdfast. Take up the plan that is named, or the one in hand, or ask which. Read its context, check that the files
are as it says (git status, last commits), and say in three lines where it stands and what is next. Then wait for a word
to go on.`,
  },
  {
    name: "observe",
    description: "Look on at a plan without writing it",
    argument: "[<slug>]",
    body: `Bind this session to the plan as an observer and read its context. From now on change neither the plan nor its files: answer
questions about it, and use lanes for side jobs that are asked for.`,
  },
];
