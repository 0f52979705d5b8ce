import { expect, test } from "vitest";
import { isCloneId, isRecordId, mintCloneId, mintRecordId } from "./ids.ts";

test("record ids sort by time and are told apart within one millisecond", () => {
  const early = mintRecordId(1_000);
  const late = mintRecordId(1_001);
  expect([late, early].sort()).toEqual([early, late]);
  expect(mintRecordId(1_000)).not.toBe(early);
  expect(mintRecordId(2 ** 48 - 1).slice(0, 10)).toBe("7zzzzzzzzz");
  expect(mintRecordId(0).slice(0, 10)).toBe("0000000000");
});

test("what is minted has the shape of an id, and little else has", () => {
  expect(isRecordId(mintRecordId(Date.now()))).toBe(true);
  expect(isCloneId(mintCloneId())).toBe(true);
  for (const text of ["", "c", "cAAAAAAAA", "caaaaaaai", "../../etc", "caaaaaaaa\n", "caaaaaaaaa", 7]) {
    expect(isCloneId(text)).toBe(false);
  }
  expect(isRecordId("U".repeat(20))).toBe(false);
});
