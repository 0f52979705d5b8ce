import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tempDir } from "../workspace/git-fixture.ts";
import { readMeter as claude } from "./claude/meter.ts";
import { readMeter as codex } from "./codex/meter.ts";

const write = (...lines: readonly (object | string)[]): string => {
  const path = join(tempDir(), "transcript.jsonl");
  writeFileSync(path, lines.map((line) => `${typeof line === "string" ? line : JSON.stringify(line)}\n`).join(""));
  return path;
};

/** As the hosts write them, less what is not read. */
const answer = (id: string, input: number, output: number, more: object = {}) => ({
  type: "assistant",
  message: { id, role: "assistant", usage: { input_tokens: input, output_tokens: output, ...more } },
});
const count = (total: number) => ({
  type: "event_msg",
  payload: { type: "token_count", info: { total_token_usage: { input_tokens: 1, total_tokens: total } } },
});

describe("what a conversation has used", () => {
  test("is, of Claude Code, the sum over its messages, each once, with what came from the cache", () => {
    const cached = { cache_read_input_tokens: 7, cache_creation_input_tokens: 2 };
    const path = write(
      { type: "user" },
      answer("m1", 1_000, 50),
      answer("m1", 1_000, 50),
      answer("m2", 100, 1, cached),
    );
    expect(claude(path)).toBe(1_160);
    expect(claude(write({ type: "user" }))).toBe(0);
  });

  test("is, of Codex, its last count, however long what came after it is", () => {
    const long = { type: "response_item", payload: { output: "x".repeat(3_000_000) } };
    expect(codex(write(count(1_050), count(2_260), long, long))).toBe(2_260);
    expect(codex(write({ type: "session_meta" }))).toBeUndefined();
  });

  test("is not known where there is no transcript", () => {
    const folder = tempDir();
    mkdirSync(join(folder, "a"));
    // Nobody writes into it.
    execFileSync("mkfifo", [join(folder, "pipe")]);
    for (const path of [join(folder, "none"), join(folder, "a"), join(folder, "pipe"), "", "\0"]) {
      expect([claude(path), codex(path)]).toEqual([undefined, undefined]);
    }
  });

  test("is read out of anything without failing", () => {
    const odd = fc.oneof(
      fc.json(),
      fc.record({ message: fc.record({ id: fc.jsonValue(), usage: fc.jsonValue() }) }).map((it) => JSON.stringify(it)),
      fc
        .record({ payload: fc.record({ info: fc.record({ total_token_usage: fc.jsonValue() }) }) })
        .map((it) => JSON.stringify(it)),
      fc.constant('{"usage" "total_token_usage"'),
    );
    fc.assert(
      fc.property(fc.array(odd, { maxLength: 5 }), (lines) => {
        const path = write(...lines);
        for (const tokens of [claude(path), codex(path)]) {
          expect(tokens === undefined || (Number.isSafeInteger(tokens) && tokens >= 0)).toBe(true);
        }
      }),
      { numRuns: 100 },
    );
  });
});
