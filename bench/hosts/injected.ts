import { countTokens } from "gpt-tokenizer/encoding/o200k_base";
import { inOrder, type ModelRequest } from "../../src/hosts/model-server/turn.ts";
import { HOSTS, type Host } from "../../test/hosts/kit/hosts.ts";
import { openWorld } from "../../test/hosts/kit/world.ts";
import { openOnPlan } from "./plan.ts";
import type { Report } from "./report.ts";

const TURNS = 50;
const CALLS_PER_TURN = 4;
const MOVES = 12;
const LIMIT = 3000;

/** What a long session is told by us in all, while the plan moves now and then. */
export async function benchInjected(report: Report): Promise<void> {
  for (const host of HOSTS.filter(({ cli }) => cli !== "opencode")) {
    const injected = addedLines(await converse(host, false), await converse(host, true));
    report.add({
      what: `injected in ${TURNS} turns, ${TURNS * CALLS_PER_TURN} calls, ${MOVES} moves, ${host.cli}`,
      measured: countTokens(injected.join("\n")),
      limit: LIMIT,
      unit: "tokens",
      note: `${injected.length} lines`,
    });
  }
}

/** The texts of a whole conversation, as the model has them at its end. */
async function converse(host: Host, isConnected: boolean): Promise<readonly string[]> {
  const world = await openWorld();
  try {
    const talk = isConnected ? await openOnPlan(world, host) : await host.open(world);
    for (let turn = 0; turn < TURNS; turn += 1) {
      if (isConnected && turn % 4 === 3 && turn < 4 * MOVES)
        await world.did("task", "claim", `T${(turn >> 2) + 1}`, "--session", `trae:worker-${turn}`);
      const calls = Array.from({ length: CALLS_PER_TURN }, () => ({ calls: [host.shell("true")] }));
      world.model.use(inOrder(...calls, { text: "ok" }));
      await talk.say(`turn ${turn}`);
    }
    await talk.end();
    return conversation(world.model.requests.at(-1)!);
  } finally {
    await world.close();
  }
}

/** The lines that hooks can add to: hosts put what they say together with texts of their own. */
function conversation({ body }: ModelRequest): readonly string[] {
  const items = (body["messages"] ?? body["input"]) as readonly unknown[];
  return items.flatMap(textsOf).flatMap((text) => text.split("\n"));
}

/** The parts of a conversation that are texts; ids and the like come out different every time. */
function textsOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(textsOf);
  if (typeof value !== "object" || value === null) return [];
  const { content, text } = value as Readonly<Record<string, unknown>>;
  return [text, ...(typeof content === "string" ? [content] : [])]
    .filter((one) => typeof one === "string")
    .concat(Array.isArray(content) ? content.flatMap(textsOf) : []);
}

/** Lines that stand in the second and not in the first, each as often as it does. */
function addedLines(first: readonly string[], second: readonly string[]): readonly string[] {
  const left = new Map<string, number>();
  for (const text of first) left.set(text, (left.get(text) ?? 0) + 1);
  return second.filter((text) => {
    const count = left.get(text) ?? 0;
    left.set(text, count - 1);
    return count <= 0;
  });
}
