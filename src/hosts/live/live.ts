import type { Finding } from "../../engine/setup/doctor-finding.ts";
import { findHosts } from "../install/hosts.ts";
import { findPlaces } from "../install/places.ts";
import { startModelServer } from "../model-server/server.ts";
import type { ModelRequest } from "../model-server/turn.ts";
import { LIVE_DRIVERS } from "./drivers.ts";

export interface LiveRequest {
  readonly host: keyof typeof LIVE_DRIVERS;
  /** Absolute. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The plan that the session is to be on; absent where there is none. */
  readonly plan?: string;
}

/**
 * Starts the real host, with the settings that it has, against a model of ours on loopback, and looks at what that was
 * sent: the plan, and after a compaction the plan again. Nothing leaves the machine and nothing is spent.
 */
export async function diagnoseLive({ host, cwd, env, plan }: LiveRequest): Promise<readonly Finding[]> {
  const check = `${host} live`;
  const places = findPlaces(env);
  const found = places.ok ? findHosts(places.value, env["PATH"]).find(({ name }) => name === host) : undefined;
  if (found?.program === undefined) {
    return [{ check, level: "problem", message: `${host} is not on the path`, hint: "install it, or mend PATH" }];
  }
  if (plan === undefined) {
    const hint = 'holdfast plan new "<title>", then look again';
    return [
      { check, level: "note", message: "there is no open plan here, so nothing would be put before a model", hint },
    ];
  }
  const driver = LIVE_DRIVERS[host];
  const model = await startModelServer(driver.script());
  try {
    const run = { program: found.program, cwd, env: { ...env, HOLDFAST_PLAN: plan }, url: model.url };
    const { isLate, stderr, code } = await driver.run(run);
    const { requests } = model;
    if (requests.length === 0) {
      const said = stderr.trim().split("\n").at(-1)?.slice(0, 300) ?? "";
      const how = isLate ? "it took too long" : `it ended with ${code}`;
      return [{ check, level: "problem", message: `it never asked the model: ${how}; ${said}` }];
    }
    return judge(check, requests, `<holdfast-context plan="${plan}"`);
  } finally {
    await model.close();
  }
}

function judge(check: string, requests: readonly ModelRequest[], context: string): readonly Finding[] {
  const times = (request: ModelRequest): number => request.text.split(context).length - 1;
  const [first] = requests;
  const hint = "holdfast doctor says what is missing";
  const findings: Finding[] = [
    first !== undefined && times(first) === 1
      ? { check, level: "ok", message: "the plan reached the model with the first request" }
      : { check, level: "problem", message: "the plan did not reach the model with the first request", hint },
  ];
  const at = requests.findIndex(({ text }) => text.includes("A conversation in which nothing was done"));
  if (at < 1) return [...findings, { check, level: "note", message: "the host could not be brought to compact" }];
  const last = requests.at(-1)!;
  findings.push(
    times(last) === 1
      ? { check, level: "ok", message: "and again, once, after a compaction" }
      : { check, level: "problem", message: `after a compaction it is there ${times(last)} times`, hint },
  );
  return findings;
}
