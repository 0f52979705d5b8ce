import { expect, test } from "vitest";
import { Queue } from "./queue.ts";

/** Work that ends when it is told to. */
function held(log: string[], name: string) {
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const work = async (): Promise<string> => {
    log.push(`${name} begins`);
    await ended;
    log.push(`${name} ends`);
    return name;
  };
  return { work, end };
}

test("one thing begins when the one before has ended, and failures stop nothing", async () => {
  const log: string[] = [];
  const queue = new Queue();
  const [first, second] = [held(log, "first"), held(log, "second")];
  const answers = [queue.run(first.work), queue.run(() => Promise.reject(new Error("no"))), queue.run(second.work)];
  second.end();
  await Promise.resolve();
  expect(log).toEqual(["first begins"]);
  first.end();
  expect((await Promise.allSettled(answers)).map(({ status }) => status)).toEqual([
    "fulfilled",
    "rejected",
    "fulfilled",
  ]);
  expect(log).toEqual(["first begins", "first ends", "second begins", "second ends"]);
});

test("what was asked for before is waited for, whatever comes of it", async () => {
  const log: string[] = [];
  const queue = new Queue();
  const slow = held(log, "slow");
  const failed = queue.run(async () => {
    await slow.work();
    throw new Error("no");
  });
  const settled = queue.settled().then(() => log.push("settled"));
  slow.end();
  await expect(failed).rejects.toThrow("no");
  await settled;
  expect(log).toEqual(["slow begins", "slow ends", "settled"]);
});
