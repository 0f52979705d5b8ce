import { readReportFile, textReader } from "../../src/evidence/reports/readers.ts";
import type { MachineFormat, Runner } from "../../src/evidence/reports/report.ts";
import { createReadStream } from "node:fs";

/** A process of its own that reads one file: its path and its format, or `text` and the runner. Prints what it found and what it took. */
async function read(path = "", format = "", runner = ""): Promise<void> {
  const report =
    format === "text" ? await readText(path, runner as Runner) : await readReportFile(path, format as MachineFormat);
  const { verdict, counts, tests } = report;
  const kilobytes = process.resourceUsage().maxRSS;
  process.stdout.write(JSON.stringify({ verdict, counts, isNamed: tests !== undefined, megabytes: kilobytes / 1024 }));
}

async function readText(path: string, runner: Runner) {
  const reader = textReader(runner)!;
  for await (const chunk of createReadStream(path, "utf8")) reader.write(chunk as string);
  return reader.end();
}

void read(...process.argv.slice(2));
