import { command, defineCommand, type Command } from "../command.ts";
import { listOptions } from "../paging.ts";
import { acceptanceCommands } from "./plan/acceptance-specs.ts";
import { lifeCommands } from "./plan/life.ts";
import { briefOptions, leaveOptions, planArg, settingOptions, switchOptions } from "./plan/options.ts";

export const create = defineCommand({
  path: ["plan", "new"],
  summary: "Begin a plan and turn to it",
  description: `The title names the plan; its slug follows from the title unless --slug says otherwise. What the brief still
lacks is said afterwards: holdfast plan edit fills it in, holdfast task add gives it tasks.`,
  args: [{ name: "title", summary: "one line that names it", many: true }],
  options: {
    slug: { type: "string", value: "slug", summary: "the plan's short name, and its folder's" },
    ...briefOptions,
    ...settingOptions,
    repo: {
      type: "string",
      value: "id",
      summary: "a repository in scope; all where none is named",
      many: true,
      complete: "repo",
    },
    primary: { type: "string", value: "id", summary: "the repository that matters most", complete: "repo" },
    ...leaveOptions,
  },
  examples: [
    {
      run: 'holdfast plan new "Parse dates without a library"',
      does: "begin it; its slug is parse-dates-without-a-library",
    },
    {
      run: 'holdfast plan new "Faster start" --slug start --goal "Start in 20 ms" --accept "bench says < 20 ms" --constraint "no new dependency"',
      does: "begin it with a brief",
    },
  ],
  exits: { 1: "there is such a plan, or it has a writer", 2: "uncommitted changes, and nothing said about them" },
});

export const list = defineCommand({
  path: ["plan", "list"],
  summary: "List plans, the latest first",
  description: `Marks: * the workspace's default, w this session writes it, o this session observes it.
Archived plans are left out without --archived or --all.

For scripts:
  holdfast plan list --json                  {items: [{slug, status, phase, tasks, writer, …}], total, …}
  holdfast plan show --field slug            the plan that commands use now`,
  options: { ...listOptions, archived: { type: "boolean", summary: "archived ones too" } },
  examples: [
    { run: "holdfast plan list", does: "what there is" },
    { run: "holdfast plan list --all --json", does: "all of it, for a program" },
  ],
});

export const show = defineCommand({
  path: ["plan", "show"],
  summary: "Show a plan's brief, phases and decisions",
  description: `For scripts, --field prints one value and nothing else:
  slug, title, type, status, phase           as they are
  dir                                        the absolute path of the plan's folder
  goal, done-when                            of the brief; empty where not recorded
  next, next-file                            what comes next, and on which file
  revision                                   grows with every change
  brief                                      ready, missing-goal, needs-acceptance or needs-clarification`,
  args: [planArg("the plan; a beginning that fits one only will do")],
  options: {
    field: {
      type: "string",
      value: "name",
      summary: "print one value",
      choices: [
        "slug",
        "title",
        "type",
        "status",
        "phase",
        "dir",
        "goal",
        "done-when",
        "next",
        "next-file",
        "revision",
        "brief",
      ],
    },
  },
  examples: [
    { run: "holdfast plan show", does: "the plan in hand" },
    { run: "holdfast plan show --field dir", does: "its folder, for a script" },
  ],
  exits: { 3: "there is no such plan" },
});

export const turn = defineCommand({
  path: ["plan", "switch"],
  summary: "Turn to another plan",
  description: `Binds this session to the plan; in a shell without a session, the plan becomes the workspace's default.
Where the plan that is left has uncommitted changes, a person at a terminal is asked, and others decide with
--stash or --allow-dirty.`,
  args: [{ name: "slug", summary: "the plan", complete: "plan" }],
  options: switchOptions,
  examples: [
    { run: "holdfast plan switch billing", does: "write billing from now on" },
    { run: "holdfast plan switch billing --observe", does: "look on while another session writes" },
  ],
  exits: { 1: "it has a writer, or was put away", 2: "uncommitted changes, and nothing said about them" },
});

export const edit = defineCommand({
  path: ["plan", "edit"],
  summary: "Change a plan's title, brief, phase or settings",
  description: `--accept and the like add to a list; --drop-accept and the like take an item out, named by its number (from 1, as
holdfast plan show lists them) or by its whole text. --goal and --done-when replace; an empty text removes them.`,
  options: {
    title: { type: "string", value: "text", summary: "the plan's title; its slug stays" },
    ...briefOptions,
    "drop-accept": { type: "string", value: "item", summary: "take out an acceptance criterion", many: true },
    "drop-constraint": { type: "string", value: "item", summary: "take out a constraint", many: true },
    "drop-non-goal": { type: "string", value: "item", summary: "take out a non-goal", many: true },
    "drop-question": { type: "string", value: "item", summary: "take out a question, say, once answered", many: true },
    "drop-edge-case": { type: "string", value: "item", summary: "take out an edge case", many: true },
    "drop-verify": { type: "string", value: "item", summary: "take out a way of verifying", many: true },
    phase: { type: "string", value: "phase", summary: "go to clarify, plan, execute or verify", complete: "phase" },
    ...settingOptions,
    why: { type: "string", value: "text", summary: "why a setting changes, for the journal" },
  },
  examples: [
    {
      run: 'holdfast plan edit --level claimed --why "a spike, thrown away tomorrow"',
      does: "ask for less; takes a person",
    },
    {
      run: 'holdfast plan edit --accept "old links still work" --drop-question 1',
      does: "add a criterion, drop a question",
    },
    { run: "holdfast plan edit --phase execute", does: "the plan is made: go to work" },
  ],
  exits: { 3: "an item to be taken out, or a phase, is not there" },
});

export const phase = defineCommand({
  path: ["plan", "phase"],
  summary: "Change what a phase is called, what it is done with, or how it stands",
  description: `A phase that is blocked keeps the plan from being done. holdfast plan edit --phase goes to another phase.`,
  args: [{ name: "id", summary: "clarify, plan, execute or verify", complete: "phase" }],
  options: {
    title: { type: "string", value: "text", summary: "what it is called" },
    "done-when": { type: "string", value: "text", summary: "what it is done with; all is named anew", many: true },
    status: {
      type: "string",
      value: "status",
      summary: "how it stands",
      choices: ["pending", "in_progress", "complete", "blocked"],
    },
    clear: { type: "boolean", summary: "forget what it is done with" },
  },
  examples: [
    { run: 'holdfast plan phase verify --done-when "the bench is green"', does: "say what ends it" },
    { run: "holdfast plan phase execute --status blocked", does: "it cannot go on; plan done is refused" },
  ],
  exits: { 3: "there is no such phase" },
});

export const repos = defineCommand({
  path: ["plan", "repos"],
  summary: "Show or set the repositories in a plan's scope",
  description: `Without ids it shows them. A plan without any takes in all repositories of the workspace.

Each comes with how it stands to the plans that others write: safe_shared (nobody else writes in that checkout),
already_isolated (it has a worktree of its own), or needs_worktree, with the command that makes one. Under --json,
isolation: [{repo, isolation, checkout, conflictsWith, command?}].`,
  args: [{ name: "ids", summary: "the repositories, as registered", many: true, optional: true, complete: "repo" }],
  options: {
    primary: { type: "string", value: "id", summary: "the one that matters most", complete: "repo" },
    clear: { type: "boolean", summary: "take in all repositories again" },
  },
  examples: [
    { run: "holdfast plan repos", does: "show them" },
    { run: "holdfast plan repos api web --primary web", does: "set them" },
  ],
  exits: { 3: "no repository of that id is registered" },
});

export const approve = defineCommand({
  path: ["plan", "approve"],
  summary: "Say yes to a plan as it stands",
  description: `Holds its checks to this moment: what they ask for, and what they run in the end (the package's scripts, the runner's
configuration, the program itself). An agent that would make one weaker only proposes it, and a check that runs something
else proves nothing before a person has said holdfast check accept. holdfast proceed approves the plan as well.`,
  args: [planArg("the plan")],
  options: { note: { type: "string", value: "text", summary: "for the journal" } },
  examples: [{ run: "holdfast plan approve", does: "its checks stay what they are" }],
  personOnly: true,
});

export const importPlan = defineCommand({
  path: ["plan", "import"],
  summary: "Begin a plan from a JSON or YAML document",
  description: `The document holds title, and if wanted slug, type, onBlocked, lease, repos, brief (goal, doneWhen, nonGoals,
acceptance, constraints, openQuestions, edgeCases, verification) and tasks (id, title, description, steps, parents,
priority, touches, …). Its JSON Schema is schemas/plan.schema.json. All of it is taken or nothing; every error is
named with its place. Fields of a task that Holdfast does not know are kept.`,
  args: [{ name: "file", summary: "the document, or - for standard input", complete: "file" }],
  options: {
    slug: { type: "string", value: "slug", summary: "the plan's short name, whatever the document says" },
    ...leaveOptions,
  },
  examples: [
    { run: "holdfast plan import plan.yaml", does: "brief and tasks in one step" },
    { run: "holdfast plan import - --slug billing < plan.json", does: "from standard input, under that name" },
  ],
  exits: { 1: "there is such a plan", 2: "the document is not as it should be" },
});

export const delegateOnly = defineCommand({
  path: ["plan", "delegate"],
  summary: "Have the subagents of a plan's conversation edit, and not it itself",
  description: `While it is on, hosts refuse the edit tools of the main conversation that writes the plan, but for the plan's own notes; its
subagents edit as ever. Who is one is told by the host. Commands in a shell are not held back. The plan's writer or a
person turns it on; turning it off takes a person. With neither option it says how it is.`,
  args: [planArg("the plan; the one in hand where absent")],
  options: {
    on: { type: "boolean", summary: "from now on" },
    off: { type: "boolean", summary: "no longer: takes a person" },
  },
  examples: [{ run: "holdfast plan delegate --on", does: "leave editing to subagents" }],
  exits: { 1: "another session writes the plan; turning it off takes a person" },
});

export const commands: readonly Command[] = [
  command(create, async () => (await import("./plan/new.ts")).newPlan),
  command(list, async () => (await import("./plan/list.ts")).listPlans),
  command(show, async () => (await import("./plan/show.ts")).showPlan),
  command(turn, async () => (await import("./plan/switch.ts")).switchTo),
  command(edit, async () => (await import("./plan/edit.ts")).editPlan),
  command(phase, async () => (await import("./plan/phase.ts")).changePhase),
  command(approve, async () => (await import("./plan/approve.ts")).approve),
  command(repos, async () => (await import("./plan/repos.ts")).planRepos),
  command(importPlan, async () => (await import("./plan/import.ts")).importFile),
  command(delegateOnly, async () => (await import("./plan/delegate.ts")).delegatePlan),
  ...acceptanceCommands,
  ...lifeCommands,
];
