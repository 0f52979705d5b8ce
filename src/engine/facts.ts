import { mintRecordId } from "../journal/ids.ts";
import { openJournal, refuseNewer, type Journal } from "../journal/journal.ts";
import type { Author, JournalEvent } from "../plan/record.ts";
import { ok, type Refusal, type Result } from "../plan/refusal.ts";
import { workspaceReducer, type WorkspaceState } from "../workspace/facts.ts";
import { markGuard } from "./hooks/guard-mark.ts";
import { factsLayout } from "./layout.ts";
import type { Workspace } from "./workspace.ts";

/** The workspace's own journal. Read without an identity, so that looking around writes nothing. */
export class Facts {
  readonly #workspace: Workspace;
  #journal: Journal<WorkspaceState> | undefined;

  constructor(workspace: Workspace, journal: Journal<WorkspaceState> | undefined) {
    this.#workspace = workspace;
    this.#journal = journal;
  }

  get state(): WorkspaceState {
    return this.#journal?.state ?? workspaceReducer.initial();
  }

  /** Why this program cannot write here: a newer one did, and who is bound to what can no longer be told. */
  get tooOld(): Refusal | undefined {
    const newer = this.#journal?.newerFormat;
    return newer === undefined ? undefined : refuseNewer(newer, factsLayout(this.#workspace.layout).journal);
  }

  /** Appends one record and answers what the fold says about it. */
  write(by: Author, events: readonly JournalEvent[]): Result<WorkspaceState> {
    if (this.#journal === undefined) {
      const opened = openFactsJournal(this.#workspace);
      if (!opened.ok) return opened;
      this.#journal = opened.value;
    }
    const journal = this.#journal;
    const created = journal.create();
    if (!created.ok) return created;
    const at = this.#workspace.now();
    const answer = journal.append({ id: mintRecordId(at), at, by, events });
    if (!answer.ok) return answer;
    for (let round = 0; round < 3; round += 1) {
      const written = journal.writeSnapshot();
      if (!written.ok) return written;
      if (!journal.isBehind()) break;
      const refreshed = journal.refresh();
      if (!refreshed.ok) return refreshed;
    }
    markGuard(this.#workspace, journal.state);
    return answer.value.status === "accepted" ? ok(journal.state) : { ok: false, refusal: answer.value.refusal };
  }

  close(): void {
    this.#journal?.close();
  }
}

export function openFacts(workspace: Workspace): Result<Facts> {
  if (workspace.place.state === "none") return ok(new Facts(workspace, undefined));
  const journal = openFactsJournal(workspace);
  return journal.ok ? ok(new Facts(workspace, journal.value)) : journal;
}

function openFactsJournal(workspace: Workspace): Result<Journal<WorkspaceState>> {
  const identity = workspace.identity();
  if (!identity.ok) return identity;
  const { journal, second, state, previous } = factsLayout(workspace.layout);
  const key = workspace.key();
  return openJournal({
    clone: identity.value.id,
    dir: journal,
    ...(second === undefined ? {} : { second }),
    snapshot: state,
    previous,
    ...(key === undefined ? {} : { key }),
    reducer: workspaceReducer,
  });
}
