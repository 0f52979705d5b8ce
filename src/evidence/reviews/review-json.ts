import { isSeverity, SEVERITIES } from "../../plan/severity.ts";
import { isObject } from "../../plan/shape.ts";
import { captureFailed, type ReadReview } from "./review.ts";
import type { ReadAssessment, ReadFinding } from "./severity-lines.ts";

/** A review as one JSON document (schemas/review.schema.json). What it has wrong is said with its place. */
export function parseReviewJson(text: string): ReadReview {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return captureFailed(`it is no JSON: ${(error as Error).message}`);
  }
  if (!isObject(value)) return captureFailed("a review is one JSON object");
  const { task, reviewer, verdict, findings, assessments = [] } = value;
  if (task !== undefined && typeof task !== "string") return captureFailed("task: an id of a task");
  if (reviewer !== undefined && typeof reviewer !== "string") return captureFailed("reviewer: a name");
  if (verdict !== undefined && verdict !== "passed" && verdict !== "blocked") {
    return captureFailed("verdict: passed or blocked");
  }
  if (!Array.isArray(findings)) return captureFailed("findings: a list, and an empty one where there are none");
  if (!Array.isArray(assessments)) return captureFailed("assessments: a list");
  const found: ReadFinding[] = [];
  for (const [index, item] of (findings as unknown[]).entries()) {
    const read = readFinding(item);
    if (typeof read === "string") return captureFailed(`findings[${index}]: ${read}`);
    found.push(read);
  }
  const assessed: ReadAssessment[] = [];
  for (const [index, item] of (assessments as unknown[]).entries()) {
    const read = readAssessment(item);
    if (typeof read === "string") return captureFailed(`assessments[${index}]: ${read}`);
    assessed.push(read);
  }
  return {
    kind: "review",
    format: "json",
    ...(task === undefined ? {} : { task }),
    ...(reviewer === undefined ? {} : { reviewer }),
    ...(verdict === undefined ? {} : { says: verdict }),
    findings: found,
    assessments: assessed,
  };
}

function readFinding(item: unknown): ReadFinding | string {
  if (!isObject(item)) return "an object";
  const { severity, message, file, line } = item;
  if (!isSeverity(severity)) return `severity: one of ${SEVERITIES.join(", ")}`;
  if (typeof message !== "string" || message.trim() === "") return "message: what is wrong";
  if (file !== undefined && typeof file !== "string") return "file: a path";
  if (line !== undefined && !(Number.isSafeInteger(line) && (line as number) > 0)) return "line: a number from 1";
  return {
    severity,
    message,
    ...(file === undefined ? {} : { file }),
    ...(line === undefined ? {} : { line: line as number }),
  };
}

function readAssessment(item: unknown): ReadAssessment | string {
  if (!isObject(item)) return "an object";
  const { finding, state, why = "" } = item;
  if (typeof finding !== "string" || !/^R\d{1,9}$/i.test(finding)) return "finding: an id like R1";
  if (state !== "resolved" && state !== "still-there") return "state: resolved or still-there";
  if (typeof why !== "string") return "why: a text";
  return { finding: finding.toUpperCase(), state, why };
}

const text = (description: string): object => ({ type: "string", description });

/** What `review import` reads, for whoever writes it. */
export const reviewJsonSchema = (): object => ({
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "A review as holdfast review import reads it",
  type: "object",
  required: ["findings"],
  properties: {
    wave: { type: "integer", description: "of a spec check: the wave that it is about" },
    task: text("the task that it is about; --task says it else"),
    reviewer: text("who reviewed; --reviewer says it else"),
    verdict: { enum: ["passed", "blocked"], description: "what is listed may block all the same" },
    findings: { type: "array", items: FINDING_SCHEMA },
    assessments: { type: "array", items: ASSESSMENT_SCHEMA },
    criteria: { type: "array", items: CRITERION_SCHEMA, description: "of a spec check" },
  },
});

const FINDING_SCHEMA = {
  type: "object",
  required: ["severity", "message"],
  properties: {
    severity: { enum: SEVERITIES },
    message: text("what is wrong, and what it leads to"),
    file: text("where, from the repository's root"),
    line: { type: "integer", minimum: 1 },
  },
};

const CRITERION_SCHEMA = {
  type: "object",
  required: ["criterion", "verdict"],
  properties: {
    criterion: text("an acceptance criterion, by its id"),
    verdict: { enum: ["met", "unmet"] },
    why: text("what shows it"),
  },
};

const ASSESSMENT_SCHEMA = {
  type: "object",
  required: ["finding", "state"],
  properties: {
    finding: { type: "string", pattern: "^[Rr]\\d{1,9}$", description: "an earlier review finding" },
    state: { enum: ["resolved", "still-there"] },
    why: text("what shows it"),
  },
};
