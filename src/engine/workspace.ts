import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { loadKey } from "../journal/key.ts";
import type { Key } from "../journal/line.ts";
import { ok, refused, type Result } from "../plan/refusal.ts";
import type { Author, Role } from "../plan/record.ts";
import { findActor, type Actor } from "../workspace/actor.ts";
import { livenessIn, touchHeartbeat } from "../workspace/heartbeat.ts";
import { loadIdentity, type CloneIdentity } from "../workspace/identity.ts";
import { thisMachine } from "../workspace/machine.ts";
import { writeGitFiles } from "../workspace/ignore.ts";
import { keyFolder, KEY_FOLDER_MODE } from "../workspace/keys.ts";
import type { WorkspaceState } from "../workspace/facts.ts";
import { detectPerson } from "../workspace/person.ts";
import { planOfWorktree } from "../workspace/repositories.ts";
import { isSelectable, resolvePlan, type PlanChoice, type PlanListing } from "../workspace/resolve-plan.ts";
import { isForeignPlanning, recordWorkspace, type WorkspaceRoot } from "../workspace/root.ts";
import { roleIn, type Liveness, type LivenessOf } from "../workspace/sessions.ts";
import { loadSettings, type Settings } from "../workspace/settings.ts";
import { openFacts, type Facts } from "./facts.ts";
import type { WorkspaceLayout } from "./layout.ts";
import { listHeads } from "./plans/plan-list.ts";
import { findPlace, listSlugs, secondFolder, type Caller } from "./place.ts";
import { PlanStore } from "./plans/plan-store.ts";
import { isUnbegun } from "./plans/unbegun.ts";

export type { Caller } from "./place.ts";

/** One workspace as one caller uses it: finds things once, opens journals when they are first needed. */
export class Workspace {
  readonly place: WorkspaceRoot;
  readonly settings: Settings;
  readonly actor: Actor;
  readonly now: () => number;
  readonly caller: Caller;
  /** What a person should hear of that was found on the way. */
  readonly notes: string[] = [];
  #layout: WorkspaceLayout | undefined;
  #identity: CloneIdentity | undefined;
  #facts: Facts | undefined;
  #key: { readonly key: Key | undefined } | undefined;
  #person: { readonly name: string | undefined } | undefined;

  private constructor(place: WorkspaceRoot, settings: Settings, actor: Actor, caller: Caller) {
    this.place = place;
    this.settings = settings;
    this.actor = actor;
    this.caller = caller;
    this.now = caller.now ?? Date.now;
  }

  /** Finds the workspace of a folder and who is calling. Writes nothing. */
  static async open(caller: Caller): Promise<Result<Workspace>> {
    const actor = findActor({ env: caller.env, ...(caller.session === undefined ? {} : { flag: caller.session }) });
    if (!actor.ok) return actor;
    const place = findPlace(caller);
    if (!place.ok) return place;
    const loaded = await loadSettings({ planning: place.value.planning, env: caller.env });
    const [problem, ...others] = loaded.problems;
    if (problem !== undefined) {
      const all = { message: `${loaded.problems.length} settings are wrong`, details: loaded.problems };
      return { ok: false, refusal: others.length === 0 ? problem : { reason: problem.reason, ...all } };
    }
    return ok(new Workspace(place.value, loaded.settings, actor.value, caller));
  }

  /** Whether there is a workspace at all, if only in Git's memory. */
  get exists(): boolean {
    return this.place.state !== "none";
  }

  get layout(): WorkspaceLayout {
    this.#layout ??= {
      planning: this.place.planning,
      journals: this.settings.journalDir ?? this.place.planning,
      second: this.caller.private !== undefined ? undefined : secondFolder(this.place.root),
    };
    return this.#layout;
  }

  /** Makes the folder, keeps it out of Git, and lets Git's folder remember it. Harmless where all that is there. */
  prepare(): Result<void> {
    const { planning, root, folder } = this.place;
    const { second } = this.layout;
    if (isForeignPlanning(planning)) {
      return refused("folder-taken", `${planning} holds another tool's files, which are left alone`, {
        hint: "holdfast init finds another folder; or name one: holdfast init --folder .holdfast",
      });
    }
    try {
      mkdirSync(planning, { recursive: true });
      if (second !== undefined) recordWorkspace(join(second, ".."), { root, folder });
    } catch (error) {
      return refused("cannot-write", `${planning} cannot be written: ${(error as Error).message}`);
    }
    const isTracked = existsSync(join(planning, ".gitattributes"));
    const hidden = writeGitFiles(planning, isTracked);
    return hidden.ok ? ok(undefined) : hidden;
  }

  /** This clone's identity; minted on first use, so only for those who write. */
  identity(): Result<CloneIdentity> {
    if (this.#identity !== undefined) return ok(this.#identity);
    if (!existsSync(join(this.place.planning, ".local"))) {
      const prepared = this.prepare();
      if (!prepared.ok) return prepared;
    }
    const identity = loadIdentity(this.place.planning, this.layout.second, this.now());
    if (identity.ok) this.#identity = identity.value;
    return identity;
  }

  /** The key that seals records; undefined where none can be had. */
  key(): Key | undefined {
    if (this.#key === undefined) {
      const folder = keyFolder(this.place.root, { env: this.caller.env });
      let key: Key | undefined;
      if (folder.ok) {
        try {
          mkdirSync(folder.value, { recursive: true, mode: KEY_FOLDER_MODE });
          key = loadKey(folder.value);
        } catch {
          // Records go unsealed where no key can be kept; `journal verify` says so.
        }
      }
      this.#key = { key };
    }
    return this.#key.key;
  }

  /** What this workspace knows beside its plans: sessions, repositories, the default plan. */
  facts(): Result<Facts> {
    if (this.#facts !== undefined) return ok(this.#facts);
    const facts = openFacts(this);
    if (facts.ok) this.#facts = facts.value;
    return facts;
  }

  /** The folders of this workspace's plans, also of those that Git's folder remembers only. */
  slugs(): readonly string[] {
    return listSlugs(this.place, this.layout);
  }

  /** The plans with what is needed to choose one, from their heads. */
  list(): readonly PlanListing[] {
    return listHeads(this);
  }

  /** Which plan is meant (design.md §5, invariant 8). */
  choose(flag: string | undefined, options: { readonly allowPrefix?: boolean } = {}): Result<PlanChoice> {
    const facts = this.facts();
    if (!facts.ok) return facts;
    const pin = this.caller.env["HOLDFAST_PLAN"];
    const here = this.planHere(facts.value.state);
    const choice = resolvePlan({
      ...(flag === undefined ? {} : { flag }),
      ...(pin === undefined ? {} : { pin }),
      session: this.actor.session,
      ...(here === undefined ? {} : { here }),
      state: facts.value.state,
      plans: this.list(),
      ...options,
    });
    if (choice.ok) this.notes.push(...choice.value.notes);
    return choice;
  }

  /** The plan in whose own worktree the caller stands. */
  planHere({ checkouts }: Pick<WorkspaceState, "checkouts">): string | undefined {
    return planOfWorktree(this.place.root, checkouts.values(), this.caller.cwd);
  }

  /**
   * The plan that is meant, by its slug; refused where there is none. Reading may go by a prefix and by what was last
   * worked on; writing takes a guess only where there is one open plan to guess at. One that is damaged may be open.
   */
  chosen(flag: string | undefined, { isReading = false }: { readonly isReading?: boolean } = {}): Result<string> {
    const choice = this.choose(flag, { allowPrefix: isReading });
    if (!choice.ok) return choice;
    if (!isReading && choice.value.source === "latest") {
      const open = [
        ...this.list()
          .filter(isSelectable)
          .map(({ slug }) => slug),
        ...this.damaged(),
      ];
      if (open.length > 1) {
        return refused("needs-plan", `${open.length} plans are open here, and none was named`, {
          hint: `--plan ${open.join(" or --plan ")}; or holdfast plan switch <slug>`,
        });
      }
    }
    if (choice.value.source !== "none") return ok(choice.value.slug);
    if (this.slugs().length === 0) {
      return refused("no-such-plan", "there is no plan here", { hint: 'holdfast plan new "<title>"' });
    }
    return refused("no-such-plan", "no plan is open here", { hint: this.#wayToOpen() });
  }

  /** The plans that have files and cannot be read. */
  damaged(): readonly string[] {
    const unread = this.list().filter(({ status }) => status === "none");
    return unread.map(({ slug }) => slug).filter((slug) => !isUnbegun(this, slug));
  }

  /** What was put aside last is what somebody most likely wants to go on with, unless something is broken. */
  #wayToOpen(): string {
    const [damaged] = this.damaged();
    if (damaged !== undefined) return `${damaged} is damaged: holdfast journal rescue --plan ${damaged}`;
    const paused = this.list().filter(({ status }) => status === "paused");
    const [last] = paused.sort((a, b) => b.updatedAt - a.updatedAt);
    const other = "holdfast plan list, then --plan <slug>";
    return last === undefined ? other : `${last.slug} is paused: holdfast plan resume ${last.slug}; or ${other}`;
  }

  /** Opens the plan that is meant, as `chosen` says. */
  plan(flag: string | undefined, { isReading = false }: { readonly isReading?: boolean } = {}): Result<PlanStore> {
    const chosen = this.chosen(flag, { isReading });
    if (!chosen.ok) return chosen;
    const slug = chosen.value;
    const store = PlanStore.open(this, slug, { isReading });
    if (!store.ok) return store;
    const { tooOld, state } = store.value;
    if (tooOld !== undefined && !isReading) {
      store.value.close();
      return { ok: false, refusal: tooOld };
    }
    if (tooOld !== undefined) {
      this.notes.push(
        `a newer Holdfast wrote to ${slug}, and what it wrote is missing here: upgrade Holdfast to see it`,
      );
    } else if (state.status === "none") {
      store.value.close();
      if (isUnbegun(this, slug)) {
        return refused("no-such-plan", `${slug} was never begun: nothing was ever recorded of it`, {
          hint: `holdfast plan new "<title>" --slug ${slug}`,
        });
      }
      return refused("damaged-plan", `${slug} has files but no journal`, {
        hint: `holdfast journal rescue --plan ${slug} makes one from what is left`,
      });
    }
    return store;
  }

  /** Shows that the caller's session is alive. */
  beat(): void {
    if (this.actor.source === "shell") return;
    touchHeartbeat(this.place.planning, this.actor.session, { now: this.now(), env: this.caller.env });
  }

  readonly alive: LivenessOf = ({ session, machine, leaseMs }) => this.livenessOf(session, machine, leaseMs);

  /** What a session's heartbeat says; silence for as long as its lease is silence. */
  livenessOf(session: string, machine: string | undefined, leaseMs: number): Liveness {
    const alive = livenessIn(this.place.planning, { now: this.now(), staleMs: leaseMs });
    return alive({ session, leaseMs, ...(machine === undefined ? {} : { machine }) });
  }

  /** The person whose act this is, where that can be shown; looks at the process table once. */
  async person(): Promise<string | undefined> {
    if (this.#person === undefined) {
      const isTerminal = this.caller.isTerminal === true;
      const found = isTerminal ? await detectPerson({ env: this.caller.env, isTerminal }) : undefined;
      this.#person = { name: found?.ok === true ? found.value.person : undefined };
    }
    return this.#person.name;
  }

  /** Git takes a tracked `.gitignore` along to a branch that never had it; the next `git add -A` would add journals. */
  #stayHidden(): void {
    const { planning } = this.place;
    if (existsSync(join(planning, ".gitignore")) || !existsSync(planning)) return;
    try {
      this.prepare();
    } catch {
      // Nobody's command fails for it; doctor names what Git sees.
    }
  }

  /** Who writes to a plan, and as what. */
  async author(slug: string | undefined): Promise<Result<Author>> {
    const facts = this.facts();
    if (!facts.ok) return facts;
    this.#stayHidden();
    const { tooOld } = facts.value;
    if (tooOld !== undefined) return { ok: false, refusal: tooOld };
    const person = await this.person();
    const actor: Actor = person === undefined ? this.actor : { ...this.actor, person };
    const role: Role = slug === undefined ? "writer" : roleIn(facts.value.state, slug, actor, this.now(), this.alive);
    const worker = this.caller.env["HOLDFAST_WORKER"];
    const pid = Number(this.caller.env["HOLDFAST_PID"]);
    return ok({
      session: this.actor.session,
      role,
      ...(person === undefined ? {} : { person }),
      ...(worker === undefined || worker === "" ? {} : { worker }),
      machine: thisMachine(),
      ...(Number.isSafeInteger(pid) && pid > 1 ? { pid } : {}),
    });
  }

  close(): void {
    this.#facts?.close();
  }
}
