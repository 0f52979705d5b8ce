import { describe, expect, test } from "vitest";
import { failureOf } from "./interruption.ts";

describe("an error says that somebody interrupted", () => {
  test.each([
    [new Error("The operation was aborted")],
    [new Error("cancelled by user")],
    [Object.assign(new Error("x"), { name: "AbortError" })],
    [{ name: "MessageAbortedError", data: { message: "Aborted" } }],
    [{ name: "CancellationError" }],
    [{ code: "ERR_CANCELED" }],
    [{ code: "abort" }],
    [{ signal: "SIGINT" }],
    [{ data: { message: "the request was interrupted" } }],
    ["aborted"],
  ])("%j", (error) => {
    expect(failureOf(error)).toBe("interrupted");
  });
});

describe("or that something failed", () => {
  test.each([
    [new Error("Test error"), "error"],
    [new Error("nonstop flight"), "error"],
    [{ name: "APIError", data: { message: "stream terminated, request aborted" } }, "error"],
    [{ name: "UnknownError", data: { message: "boom" } }, "error"],
    [{ name: "ProviderAuthError" }, "fatal"],
    [{ name: "ContextOverflowError", data: { message: "aborted" } }, "overflow"],
    [undefined, "error"],
    [null, "error"],
    [7, "error"],
    ["boom", "error"],
    [[], "error"],
  ])("%j is %s", (error, failure) => {
    expect(failureOf(error)).toBe(failure);
  });
});
