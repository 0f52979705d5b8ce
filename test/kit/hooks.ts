import { readFileSync } from "node:fs";
import { join } from "node:path";
import { answerPayload } from "../../src/hosts/answer.ts";
import type { Desk } from "./desk.ts";
import { projectRoot } from "./program.ts";

type Fields = Readonly<Record<string, unknown>>;

/** A host's hooks at a desk: captured payloads of it, in one conversation. */
export class HookDesk {
  readonly desk: Desk;
  readonly host: "claude" | "codex" | "trae";
  readonly id: string;
  #prompts = 0;

  constructor(desk: Desk, id = "s1", host: HookDesk["host"] = "claude") {
    this.desk = desk;
    this.id = id;
    this.host = host;
  }

  get session(): string {
    return `${this.host}:${this.id}`;
  }

  payload(name: string, fields: Fields = {}): Fields {
    const file = join(projectRoot, "src", "hosts", this.host, "fixtures", `${name}.json`);
    const captured = JSON.parse(readFileSync(file, "utf8")) as Fields;
    return { ...captured, session_id: this.id, cwd: this.desk.root, ...fields };
  }

  /** What the host is told, as it would read it; empty for nothing. */
  async raw(
    name: string,
    fields: Fields = {},
    { isTrusted = false, env = {} }: { isTrusted?: boolean; env?: Readonly<Record<string, string>> } = {},
  ) {
    return answerPayload(this.host, this.payload(name, fields), { ...this.desk.env(), ...env }, { isTrusted });
  }

  async send(name: string, fields: Fields = {}): Promise<Said> {
    const text = await this.raw(name, fields);
    return text === "" ? {} : flatten(JSON.parse(text) as Fields);
  }

  /** A prompt under an id of its own. */
  async prompt(prompt = "Go on", fields: Fields = {}): Promise<Said> {
    this.#prompts += 1;
    const id = `p${this.#prompts}`;
    return this.send("UserPromptSubmit", { prompt, prompt_id: id, turn_id: id, ...fields });
  }
}

/** What an answer says, whatever it stands in. */
export interface Said {
  readonly additionalContext?: string;
  readonly permissionDecision?: string;
  readonly permissionDecisionReason?: string;
  readonly updatedInput?: Fields;
  readonly decision?: string;
  readonly reason?: string;
  readonly systemMessage?: string;
}

const flatten = ({ hookSpecificOutput, ...rest }: Fields): Said => ({ ...rest, ...(hookSpecificOutput as Fields) });
