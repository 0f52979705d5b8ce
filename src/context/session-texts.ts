import { listed } from "../plan/counted.ts";
import type { Role } from "../plan/record.ts";
import { CLOSING_TAG, openingTag } from "./context-tags.ts";
import type { Head, HeadChange } from "./head.ts";
import { addWeights, tokensOf, weigh, type Weight } from "./measure.ts";
import { neutralizeLine } from "./neutralize.ts";

/** The most that a text may be; neither is ever exceeded. */
export interface TextLimits {
  readonly bytes: number;
  readonly tokens?: number;
}

/** A session as texts speak to it. */
export interface Reader {
  readonly session: string;
  readonly role: Role;
}

/** What a session finds around it when it begins. */
export interface Surroundings {
  /** Where it works, absolute. */
  readonly folder: string;
  readonly branch?: string;
  /** The newest first: `1a2b3c4 subject`. */
  readonly commits: readonly string[];
  /** Undefined where there is no repository, or Git did not say in time. */
  readonly uncommitted?: number;
  /** Said where work is to go on without being asked. */
  readonly goOn?: string;
  /** What else the session is to know, a line each. */
  readonly more?: readonly string[];
}

/** The whole hot context, and where the session stands. */
export function renderStart(head: Head, reader: Reader, around: Surroundings, limits: TextLimits): string {
  const { folder, branch, commits, uncommitted, goOn, more = [] } = around;
  const on = branch === undefined ? "" : ` (branch ${neutralizeLine(branch, 80)})`;
  return extend(
    head.hot.text === "" ? emptyBlock(head) : head.hot.text,
    [
      ...(goOn === undefined ? [] : [neutralizeLine(goOn, 300)]),
      `You: ${ROLES[reader.role]}`,
      ...yours(head, reader),
      ...more.map((line) => neutralizeLine(line, 300)),
      `Folder: ${neutralizeLine(folder, 300)}${on}`,
      ...(uncommitted === undefined ? [] : [`Uncommitted files: ${uncommitted}`]),
      ...(commits.length === 0 ? [] : [`Last commits: ${commits.map((it) => neutralizeLine(it, 70)).join(" | ")}`]),
      ...(head.recent.length === 0 ? [] : [`Last notes: ${head.recent.join(" | ")}`]),
    ],
    limits,
  );
}

const ROLES: Readonly<Record<Role, string>> = {
  person: "a person",
  writer: "the writer of this plan",
  observer: "an observer of this plan: read, use lanes, change nothing of it",
  worker: "a worker on this plan: write about your own task only",
};

/** Tasks that the reader itself holds, with what proves it. */
function yours(head: Head, { session }: Reader): readonly string[] {
  const own = head.inHand.top.filter((task) => task.session === session);
  if (own.length === 0) return [];
  return [
    `Yours: ${own
      .slice(0, 3)
      .map(({ id, title, fence }) => `${id} ${title} (fence ${fence})`)
      .join("; ")}`,
  ];
}

const emptyBlock = (head: Head, since?: number): string => `${openingTag(head, since)}\n${CLOSING_TAG}`;

/** Puts lines at the end of a block, before its closing tag, as many as there is room for, the first before others. */
function extend(block: string, lines: readonly string[], limits: TextLimits): string {
  const body = block.endsWith(CLOSING_TAG) ? block.slice(0, -CLOSING_TAG.length) : `${block}\n`;
  let weight = weigh(`${body}${CLOSING_TAG}`);
  if (!fits(weight, limits)) return "";
  const kept: string[] = [];
  for (const line of lines) {
    const more = addWeights(weight, weigh(`${line}\n`));
    if (!fits(more, limits)) continue;
    weight = more;
    kept.push(`${line}\n`);
  }
  return `${body}${kept.join("")}${CLOSING_TAG}`;
}

const fits = (weight: Weight, { bytes, tokens }: TextLimits): boolean =>
  weight.bytes <= bytes && (tokens === undefined || tokensOf(weight) <= tokens);

/** Whether anybody but the reader changed the plan since a revision, as far as is still known. */
function movedByOthers(head: Head, since: number, session: string): boolean {
  if (head.revision <= since) return false;
  if (head.movers.some((mover) => mover.revision > since && mover.session !== session)) return true;
  return head.knownFrom > since + 1;
}

const SHOWN_CHANGES = 8;
const IS_BUSTLE = new Set(["task.claimed", "task.started", "task.step-done", "task.step-reopened"]);

/** What others changed since a revision; empty where nothing that the reader has to know. */
export function renderMoved(head: Head, since: number, session: string, limits: TextLimits): string {
  if (!movedByOthers(head, since, session)) return "";
  const isNews = ({ revision, session: by, type }: HeadChange): boolean =>
    revision > since && by !== session && !(by.startsWith(`${session}+`) && IS_BUSTLE.has(type));
  const moved = head.changes.filter(isNews);
  const first = head.changes[0]?.revision ?? 0;
  const isWhole = since + 1 >= first || first === 0;
  if (moved.length === 0 && isWhole) return "";
  const shown = moved.slice(-SHOWN_CHANGES).toReversed();
  const lines = [
    ...(head.nextAction === undefined ? [] : [nextLine(head.nextAction)]),
    ...shown.map(({ text }) => `Changed: ${text}`),
    ...(isWhole && shown.length === moved.length ? [] : ["And earlier changes: `holdfast status`"]),
  ];
  return extend(emptyBlock(head, since), lines, limits);
}

const nextLine = ({ what, file, computed }: NonNullable<Head["nextAction"]>): string =>
  `${computed ? "Next (computed)" : "Next"}: ${what}${file === undefined ? "" : ` (file: ${file})`}`;

/** For the summariser of a conversation: what the summary must not lose, and where the rest is. */
export function renderForSummary(head: Head, reader: Reader, mode: string | undefined, limits: TextLimits): string {
  const held = head.inHand.top.filter(({ session }) => session === reader.session || reader.role === "writer");
  const lines = [
    `Keep in the summary: this session works on the Holdfast plan ${head.slug} ("${head.title}") as ${ROLES[reader.role]}.`,
    ...(mode === undefined ? [] : [`Mode: ${neutralizeLine(mode, 40)}.`]),
    ...held.slice(0, 5).map(({ id, title, fence }) => `Task in hand: ${id} ${title} (fence ${fence}).`),
    ...(head.nextAction === undefined ? [] : [`${nextLine(head.nextAction)}.`]),
    `The plan itself is kept outside the conversation: do not retell it. It is put in front of the model again after this; \`holdfast status\` and \`holdfast context\` print it.`,
  ];
  return fitLines(lines, limits);
}

/** Texts below each other, as many as there is room for, the first before others; empty ones are none. */
export function fitLines(texts: readonly string[], limits: TextLimits): string {
  const kept: string[] = [];
  let weight = weigh("");
  for (const text of texts) {
    const more = addWeights(weight, weigh(`${text}\n`));
    if (text === "" || !fits(more, limits)) continue;
    weight = more;
    kept.push(text);
  }
  return kept.join("\n");
}

/** One line for a session that is bound to nothing, about the plans that are open here; empty where none is. */
export function renderUnbound(open: readonly Head[]): string {
  const [first, ...others] = open;
  if (first === undefined) return "";
  if (others.length > 0) {
    const names = open.slice(0, 4).map(({ slug }) => slug);
    return `Holdfast: the plans ${listed(names, open.length)} are open here, and this session is bound to none; \`holdfast session bind <plan>\` if the person wants one worked on here.`;
  }
  const next = first.nextAction === undefined ? "" : ` Next there: ${neutralizeLine(first.nextAction.what, 160)}.`;
  return `Holdfast: the plan ${first.slug} ("${neutralizeLine(first.title, 100)}") is open here, and this session is not bound to it.${next} \`holdfast session bind ${first.slug}\` if the person wants it worked on here.`;
}

/** Said once, when the conversation has filled most of what the model can hold. */
export const renderFull = (share: number): string =>
  `Holdfast: ${Math.round(share * 100)}% of the context window is in use. Record now what a fresh start would need: the next action (\`holdfast next "<what>" --file <path>\`) and a checkpoint (\`holdfast checkpoint "<where things stand>"\`).`;
