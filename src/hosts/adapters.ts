import type { HostName } from "../engine/hooks/host-event.ts";
import type { HostAdapter } from "./adapter.ts";
import { claude } from "./claude/adapter.ts";
import { codex } from "./codex/adapter.ts";
import { trae } from "./trae/adapter.ts";

/** The hosts whose events come as payloads of hooks; OpenCode's plugin runs in the host itself. */
const ADAPTERS: Readonly<Partial<Record<HostName, HostAdapter>>> = { claude, codex, trae };

/** The adapter of a host by its name; undefined where it has none. */
export const adapterOf = (name: string): HostAdapter | undefined =>
  Object.hasOwn(ADAPTERS, name) ? ADAPTERS[name as HostName] : undefined;
