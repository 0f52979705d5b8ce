import { benchCallbacks } from "./callbacks.ts";
import { benchHookStart } from "./hook-start.ts";
import { benchInjected } from "./injected.ts";
import { Report } from "./report.ts";
import { benchToolCalls } from "./tool-calls.ts";

const [, folder = ""] = process.argv.slice(2);
const isQuick = process.argv.includes("--quick");
const only = process.argv.find((word) => word.startsWith("--only="))?.slice("--only=".length);

const report = new Report();
const parts: Readonly<Record<string, () => Promise<void>>> = {
  calls: () => benchToolCalls(report, isQuick),
  hooks: () => benchHookStart(report, folder, isQuick),
  callbacks: () => benchCallbacks(report, isQuick),
  tokens: () => benchInjected(report),
};
for (const [name, part] of Object.entries(parts)) if (only === undefined || only === name) await part();
process.exitCode = report.isMet ? 0 : 1;
