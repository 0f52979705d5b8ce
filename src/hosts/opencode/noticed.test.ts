import { readdirSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readEvent, readVoice } from "./noticed.ts";
import { captured } from "./rig.ts";

const names = readdirSync(join(import.meta.dirname, "fixtures"))
  .filter((name) => name.startsWith("event."))
  .map((name) => name.slice(0, -".json".length));

describe("events as the real host sent them", () => {
  test.each(names)("%s", (name) => {
    expect(readEvent(captured(name).input)).toMatchSnapshot();
  });
});

const at = (type: string, properties: unknown) => readEvent({ type, properties });

describe("events", () => {
  test("an abort is no error, and a refused key is one that comes again", () => {
    const error = (name: string) => at("session.error", { sessionID: "ses_a", error: { name } });
    expect(error("MessageAbortedError")).toMatchObject({ failure: { ending: "interrupted", isFatal: false } });
    expect(error("APIError")).toMatchObject({ failure: { ending: "error", isFatal: false } });
    expect(error("ProviderAuthError")).toMatchObject({ failure: { ending: "error", isFatal: true } });
  });

  test("a model that is tried again is at work", () => {
    const status = { type: "retry", attempt: 1, next: 5 };
    expect(at("session.status", { sessionID: "ses_a", status })?.type).toBe("busy");
  });

  test("a question stands until it is answered or put away", () => {
    expect(at("question.asked", { sessionID: "ses_a", id: "q1" })).toMatchObject({ type: "asked", ask: "q1" });
    for (const type of ["question.replied", "question.rejected"]) {
      expect(at(type, { sessionID: "ses_a", requestID: "q1" })).toMatchObject({ type: "answered", ask: "q1" });
    }
  });

  test("the variant stands in the model or beside it", () => {
    const model = { providerID: "p", modelID: "m" };
    const voice = { agent: "plan", model, variant: "high" };
    expect(readVoice({ agent: "plan", model: { ...model, variant: "high" } })).toEqual(voice);
    expect(readVoice({ agent: "plan", model, variant: "high" })).toEqual(voice);
    expect(readVoice({ model: { providerID: "p" } })).toEqual({});
  });

  test("an id that could not be part of a session's key belongs to nobody", () => {
    for (const sessionID of ["", "../x", "a b", "x".repeat(61), 7, null, "ses_a\n"]) {
      expect(at("session.idle", { sessionID })).toBeUndefined();
    }
  });

  test("whatever comes is read or left alone", () => {
    const types = names.map((name) => (captured(name).input as { type: string }).type);
    const broken = fc.record({ type: fc.constantFrom(...types), properties: fc.anything() });
    fc.assert(fc.property(fc.oneof(fc.anything(), broken), (event) => void readEvent(event)));
    const bent = fc.record({
      type: fc.constantFrom(...types),
      properties: fc.dictionary(
        fc.constantFrom("sessionID", "info", "part", "status", "error", "todos", "id", "requestID"),
        fc.oneof(fc.constant("ses_a"), fc.anything()),
      ),
    });
    fc.assert(fc.property(bent, (event) => void readEvent(event)));
  });
});
