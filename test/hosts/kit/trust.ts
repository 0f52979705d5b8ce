import { openCodex } from "./codex.ts";
import type { World } from "./world.ts";

interface HookEntry {
  readonly key: string;
  readonly currentHash: string;
  readonly trustStatus: string;
}

/** Trusts all of Codex's hooks, as a person does under `/hooks`. */
export async function trustAll(world: World): Promise<void> {
  const codex = await openCodex(world);
  const { data } = (await codex.call("hooks/list", { cwds: [world.project] })) as {
    readonly data: readonly { readonly hooks: readonly HookEntry[] }[];
  };
  const value = Object.fromEntries(
    data.flatMap(({ hooks }) => hooks.map(({ key, currentHash }) => [key, { trusted_hash: currentHash }])),
  );
  await codex.call("config/batchWrite", { edits: [{ keyPath: "hooks.state", value, mergeStrategy: "upsert" }] });
  await codex.finish();
}
