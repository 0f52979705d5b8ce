import { join } from "node:path";
import type { Finding } from "../../engine/setup/doctor-finding.ts";
import { readHostFile } from "./apply.ts";
import type { Ways } from "./facts.ts";
import { isOurHook } from "./ours.ts";
import type { Places } from "./places.ts";
import { tomlValue } from "./setting-values.ts";
import { trustedHooks, trustOf, type Trust } from "./trust.ts";

const CHECK = "Codex trust";

/** Codex skips a hook in silence until a person has trusted it, and again when it says something else. */
export function examineTrust(ways: Ways, root: string, places: Places): readonly Finding[] {
  const findings: Finding[] = [];
  const settings = join(places.codex, "config.toml");
  if (ways.includes("shared") && tomlValue(settings, ["projects", root, "trust_level"]) !== "trusted") {
    const message = `Codex does not trust ${root}, and so reads none of the repository's settings`;
    findings.push({ check: CHECK, level: "problem", message, hint: "start codex there and say that you trust it" });
  }
  const files = [
    ...(ways.includes("personal") ? [join(places.codex, "hooks.json")] : []),
    ...(ways.includes("shared") ? [join(root, ".codex", "hooks.json")] : []),
  ];
  const hooks = files.flatMap((file) => {
    const text = readHostFile(file);
    return text.ok && text.value !== undefined ? trustedHooks(text.value, file, isOurHook) : [];
  });
  const state = tomlValue(settings, ["hooks", "state"]);
  const found = hooks.map((hook) => trustOf(hook, state));
  return [...findings, ...tell(found)];
}

const WAY = "start codex, type /hooks, look at them and trust them";

/** What keeps a hook from being run, and the way out. */
const SKIPPED: readonly (readonly [Trust, says: string, hint: string])[] = [
  ["never", "have not been trusted, and Codex skips them without a word", WAY],
  ["changed", "say something else than what was trusted, and Codex skips them without a word", WAY],
  ["off", "are switched off in Codex", "start codex, type /hooks and switch them on"],
];

function tell(found: readonly Trust[]): readonly Finding[] {
  if (found.length === 0) return [];
  const problems = SKIPPED.flatMap(([trust, says, hint]): readonly Finding[] => {
    const count = found.filter((one) => one === trust).length;
    if (count === 0) return [];
    return [{ check: CHECK, level: "problem", message: `${count} of ${found.length} hooks ${says}`, hint }];
  });
  if (problems.length > 0) return problems;
  return [
    { check: CHECK, level: "ok", message: `${found.length} hooks are trusted; Codex asks again when one changes` },
  ];
}
