import { isBareFile } from "./junit.ts";
import { LineFeed } from "./lines.ts";
import type { ReportReader, Runner, TestReport } from "./report.ts";
import { Tally } from "./tally.ts";

const POINT = /^((?: {4})*)(not )?ok\b(?: +(\d+))?(?: +-)?(.*)$/;
const PLAN = /^((?: {4})*)1\.\.(\d{1,9})\b/;
const DIRECTIVE = / # *(skip|todo)\b.*$/i;
const COUNTED = /^# (fail|cancelled|pass) (\d{1,9})$/;

interface Level {
  /** Points since the one that this level belongs to. */
  points: number;
  bad: number;
  planned: number | undefined;
}

const newLevel = (): Level => ({ points: 0, bad: 0, planned: undefined });

/** TAP, versions 12 to 14, with subtests by indentation as node:test writes them. A plan is needed: without it an end may be missing. */
export class TapReader implements ReportReader {
  readonly #tally = new Tally();
  readonly #runner: Runner | undefined;
  readonly #lines = new LineFeed((line) => this.#line(line));
  #levels: Level[] = [newLevel()];
  #names: string[] = [];
  /** Indentation of the block of details that is being passed over. */
  #details: string | undefined;
  #isSeen = false;

  constructor(runner?: Runner) {
    this.#runner = runner;
  }

  write(piece: string): void {
    this.#lines.write(piece);
  }

  end(): TestReport {
    this.#lines.end();
    this.#endDocument();
    return this.#tally.settle("tap", this.#runner);
  }

  #line(line: string): void {
    if (this.#details !== undefined) {
      if (line === `${this.#details}...`) this.#details = undefined;
      return;
    }
    if (/^ +---$/.test(line)) return void (this.#details = line.slice(0, -3));
    if (line.startsWith("TAP version ")) {
      if (this.#isSeen) this.#endDocument();
      this.#isSeen = true;
      return;
    }
    if (line.startsWith("Bail out!")) return this.#tally.error(line);
    const [, name, count] = COUNTED.exec(line) ?? [];
    if (name !== undefined && name !== "pass" && Number(count) > 0) {
      const { failed, errors } = this.#tally.counts;
      if (failed + errors === 0) this.#tally.error(line.slice(2), Number(count));
      return;
    }
    const subtest = /^((?: {4})*)# Subtest: (.*)$/.exec(line);
    if (subtest !== null) this.#names[subtest[1]!.length / 4] = subtest[2]!;
    const [, indent = "", planned] = PLAN.exec(line) ?? [];
    if (planned !== undefined) return this.#plan(indent.length / 4, Number(planned));
    const [all, pointIndent = "", not, , description = ""] = POINT.exec(line) ?? [];
    if (all !== undefined) this.#point(pointIndent.length / 4, not !== undefined, description);
  }

  #level(depth: number): Level {
    while (this.#levels.length <= depth) this.#levels.push(newLevel());
    return this.#levels[depth]!;
  }

  #plan(depth: number, planned: number): void {
    const level = this.#level(depth);
    if (level.planned !== undefined) this.#tally.unreadable("the TAP report has two plans");
    level.planned = planned;
  }

  #point(depth: number, isBad: boolean, description: string): void {
    const level = this.#level(depth);
    level.points++;
    // Deeper levels belonged to this point, which sums them up.
    const inner = this.#levels.splice(depth + 1);
    for (const one of inner) this.#checkPlan(one, false);
    const directive = DIRECTIVE.exec(description)?.[1]?.toLowerCase();
    const isFailure = isBad && directive !== "todo";
    if (isFailure) level.bad++;
    const hasInner = (inner[0]?.points ?? 0) > 0;
    if (hasInner && (!isFailure || inner.some(({ bad }) => bad > 0))) return;
    const own = description.replace(DIRECTIVE, "").trim();
    const outcome = isFailure ? "failed" : directive === "todo" ? "todo" : directive === "skip" ? "skipped" : "passed";
    const name = [...this.#names.slice(0, depth), own].filter((part) => part !== "").join(" > ");
    if (outcome === "passed" && this.#names[depth] === own && isBareFile(own))
      return this.#tally.problem(`${own} has no tests`);
    this.#tally.test({ name, outcome });
  }

  #checkPlan({ points, planned }: Level, isNeeded: boolean): void {
    if (planned === undefined && isNeeded) this.#tally.unreadable("the TAP report has no plan: its end may be missing");
    else if (planned !== undefined && planned !== points) {
      this.#tally.unreadable(`the TAP report plans ${planned} tests and has ${points}`);
    }
  }

  #endDocument(): void {
    if (this.#details !== undefined) this.#tally.unreadable("the TAP report is cut short");
    const [top, ...inner] = this.#levels;
    this.#checkPlan(top!, true);
    for (const one of inner) if (one.points > 0) this.#tally.unreadable("the TAP report is cut short");
    this.#levels = [newLevel()];
    this.#names = [];
    this.#details = undefined;
  }
}
