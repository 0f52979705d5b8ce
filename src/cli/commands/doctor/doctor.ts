import { diagnose } from "../../../engine/setup/doctor.ts";
import { fromRefusal, type Finding, type Level } from "../../../engine/setup/doctor-finding.ts";
import { counted } from "../../../plan/counted.ts";
import type { Context, Outcome, Run } from "../../command.ts";
import { exit } from "../../command.ts";
import { bold, dim, green, inline, pad, red, yellow, type Text } from "../../text.ts";
import { openWorkspace } from "../../workspace.ts";
import { programFile } from "../hosts/show.ts";
import type { doctor } from "../doctor.ts";
import { examineCaches } from "./old-caches.ts";

/** Somebody typed these wrongly; they say nothing about the workspace. */
const MISTYPED = new Set(["bad-root", "malformed-session", "bad-folder", "no-folder"]);

export const examine: Run<typeof doctor> = async ({ options }, context) => {
  const workspace = await openWorkspace(context);
  if (!workspace.ok) {
    return MISTYPED.has(workspace.refusal.reason)
      ? workspace
      : report(context, [fromRefusal("workspace", workspace.refusal)]);
  }
  try {
    const { place } = workspace.value;
    const { diagnoseHosts } = await import("../../../hosts/install/diagnose.ts");
    const asked = {
      root: place.root,
      cwd: context.io.cwd,
      ...(place.state === "none" ? {} : { planning: place.planning }),
      env: context.io.env,
      program: programFile(),
      now: Date.now(),
    };
    if (options.live !== undefined) {
      const { diagnoseLive } = await import("../../../hosts/live/live.ts");
      const choice =
        place.state === "none" ? undefined : workspace.value.choose(context.global.plan, { allowPrefix: true });
      const plan = choice?.ok === true && choice.value.source !== "none" ? { plan: choice.value.slug } : {};
      const { env, cwd } = context.io;
      return report(context, await diagnoseLive({ host: options.live, cwd, env, ...plan }));
    }
    const found = await diagnose(workspace.value, { fix: options.fix });
    const caches = examineCaches(asked, { fix: options.fix });
    return report(context, [...found, ...caches, ...(await diagnoseHosts(asked, { fix: options.fix }))]);
  } finally {
    workspace.value.close();
  }
};

const CODES: Readonly<Record<Level, number>> = { ok: 0, note: 0, fixed: 0, problem: 1, damaged: 4 };

function report({ global, out }: Context, findings: readonly Finding[]): Outcome {
  const code = Math.max(...findings.map(({ level }) => CODES[level]));
  if (global.json) out.printJson({ ok: code === 0, exit: code, findings });
  else {
    for (const finding of findings) for (const line of describe(finding)) out.print(line);
    out.print(bold(summarize(findings)));
  }
  return code === 0 ? undefined : exit(code);
}

const STYLES: Readonly<Record<Level, (text: Text) => Text>> = {
  ok: green,
  note: dim,
  fixed: green,
  problem: yellow,
  damaged: red,
};

function describe({ check, level, message, hint, place }: Finding): readonly Text[] {
  const lines: Text[] = [[pad(STYLES[level](level), 8), ` ${inline(check)}: ${inline(message)}`]];
  if (place !== undefined) lines.push(`         at ${inline(place)}`);
  if (hint !== undefined) lines.push(`         hint: ${inline(hint)}`);
  return lines;
}

const isNoun = (level: Level): boolean => level === "problem" || level === "note";

function summarize(findings: readonly Finding[]): string {
  const count = (level: Level): number => findings.filter((finding) => finding.level === level).length;
  const parts = (["damaged", "problem", "note", "fixed"] as const).flatMap((level) =>
    count(level) === 0 ? [] : [isNoun(level) ? counted(count(level), level) : `${count(level)} ${level}`],
  );
  return parts.length === 0 ? "all is well" : parts.join(", ");
}
