import type { CloneId, PlacedRecord } from "../plan/record.ts";
import { newMark } from "./cursor.ts";
import { openToRead, statFile } from "./disk.ts";
import { closeQuietly } from "./journal-file.ts";
import type { JournalProblem } from "./problem.ts";
import { firstOf, Source } from "./source.ts";

/** A journal file by clone and place. */
export interface ClonePath {
  readonly clone: CloneId;
  readonly path: string;
}

/**
 * All records of some journal files in the total order, those of newer formats included. Skips what is no record;
 * `report` hears of it. Throws where a file cannot be read.
 */
export function* readRecords(
  files: readonly ClonePath[],
  report: (problem: JournalProblem) => void = () => undefined,
): Generator<PlacedRecord, void, void> {
  const opened: number[] = [];
  try {
    const sources: Source[] = [];
    for (const { clone, path } of files) {
      const stat = statFile(path);
      if (stat === undefined) continue;
      const fd = openToRead(path);
      opened.push(fd);
      const source = Source.open({ clone, path, stat, fd: () => fd }, newMark());
      if (source !== undefined) sources.push(source);
    }
    for (;;) {
      const next = firstOf(sources);
      if (next?.head === undefined) break;
      yield next.head.record;
      next.take(report);
    }
    for (const source of sources) source.finish(report);
  } finally {
    for (const fd of opened) closeQuietly(fd);
  }
}
