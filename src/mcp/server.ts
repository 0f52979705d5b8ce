import { Server, type CallToolResult, type ListToolsResult, type ServerContext } from "@modelcontextprotocol/server";
import { isOff } from "../engine/hooks/answer-host.ts";
import { Workspace } from "../engine/workspace.ts";
import { HOOK_TOOL } from "../hosts/hook-template.ts";
import type { Result } from "../plan/refusal.ts";
import { version } from "../version.ts";
import { toToolResult, type Answer } from "./answer.ts";
import { parseArguments } from "./arguments.ts";
import { describeTool, noSuchTool, protocolError, silentServer } from "./protocol.ts";
import { HookEntry, nothingFor } from "./hook.ts";
import type { Identity } from "./identity.ts";
import { INSTRUCTIONS } from "./instructions.ts";
import { folderMark, hasPlan } from "./plan-presence.ts";
import type { Queue } from "./queue.ts";
import { listPrompts, renderPrompt } from "./prompts.ts";
import { listResources, readResource, RESOURCE_TEMPLATES } from "./resources.ts";
import type { Tool } from "./tool.ts";
import { withoutPlan, withPlan } from "./tools/table.ts";

export interface Surroundings {
  /** Absolute. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What outlives one connection's server. */
export interface Shared {
  readonly queue: Queue;
  readonly identity: Identity;
}

/** What the host says of a request beside its arguments. */
const metaOf = ({ mcpReq }: ServerContext): unknown => mcpReq["_meta"];

/** Until what was answered is on its way. */
const afterAnswer = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** Codex reads the list of tools once a conversation. */
const DEAF_CLIENTS: ReadonlySet<string> = new Set(["codex-mcp-client"]);

/** Claude Code has the workflows as commands, and would show each prompt beside its command, under the same name. */
const COMMAND_CLIENTS: ReadonlySet<string> = new Set(["claude-code"]);

/** Holdfast as one client sees it. What it does is done by the engine; this parses, calls and answers. */
export class HoldfastServer {
  readonly #surroundings: Surroundings;
  readonly #identity: Identity;
  readonly #queue: Queue;
  readonly #server: Server;
  readonly #hook: HookEntry;
  #isOffered: boolean | undefined;
  #planning: string | undefined;
  #mark = "";

  constructor(surroundings: Surroundings, { queue, identity }: Shared) {
    this.#surroundings = surroundings;
    this.#identity = identity;
    this.#queue = queue;
    this.#hook = new HookEntry(surroundings.env, identity);
    this.#server = isOff(surroundings.env["HOLDFAST"]) ? silentServer() : this.#speakingServer();
  }

  get protocol(): Server {
    return this.#server;
  }

  /** Tells the host where its list of tools is out of date; one look at a folder where nothing has changed. */
  async notice(): Promise<void> {
    if (this.#isOffered === undefined) return;
    await this.#queue.run(() => this.#lookAgain(false));
  }

  /** Answers a hook of the host; undefined until the host has been greeted, and where Holdfast is off. */
  answerHook(args: unknown, meta: unknown): Promise<CallToolResult> | undefined {
    if (this.#server.getClientVersion() === undefined || isOff(this.#surroundings.env["HOLDFAST"])) return undefined;
    if (!this.#hook.isReport(args, meta)) return this.#queue.run(() => this.#callTool(HOOK_TOOL, args, meta));
    const taken = this.#queue.run(async () => {
      await afterAnswer();
      return await this.#callTool(HOOK_TOOL, args, meta);
    });
    taken.catch(() => undefined);
    return Promise.resolve(nothingFor(args));
  }

  #speakingServer(): Server {
    const server = new Server(
      { name: "holdfast", version },
      {
        capabilities: { tools: { listChanged: true }, resources: { listChanged: true }, prompts: {} },
        instructions: INSTRUCTIONS,
      },
    );
    server.setRequestHandler("tools/list", (_, context) => this.#queue.run(() => this.#listTools(metaOf(context))));
    server.setRequestHandler("tools/call", ({ params }, context) =>
      this.#queue.run(() => this.#callTool(params.name, params.arguments, metaOf(context))),
    );
    server.setRequestHandler("resources/list", (_, context) =>
      this.#queue.run(async () => {
        const listed = await this.#withWorkspace(metaOf(context), async (workspace) => listResources(workspace));
        return { resources: listed.ok ? listed.value.map((entry) => ({ ...entry })) : [] };
      }),
    );
    server.setRequestHandler("prompts/list", () => ({
      prompts: (this.#isOneOf(COMMAND_CLIENTS) ? [] : listPrompts()).map(({ arguments: taken, ...prompt }) => ({
        ...prompt,
        ...(taken === undefined ? {} : { arguments: taken.map((one) => ({ ...one })) }),
      })),
    }));
    server.setRequestHandler("prompts/get", ({ params }) => {
      const text = renderPrompt(params.name, params.arguments ?? {});
      if (!text.ok) throw protocolError(text.refusal);
      return { messages: [{ role: "user", content: { type: "text", text: text.value } }] };
    });
    server.setRequestHandler("resources/templates/list", () => ({
      resourceTemplates: RESOURCE_TEMPLATES.map((template) => ({ ...template })),
    }));
    server.setRequestHandler("resources/read", ({ params }, context) =>
      this.#queue.run(async () => {
        const read = await this.#withWorkspace(metaOf(context), (workspace) => readResource(workspace, params.uri));
        if (!read.ok) throw protocolError(read.refusal);
        return { contents: [{ uri: params.uri, ...read.value }] };
      }),
    );
    return server;
  }

  async #listTools(meta: unknown): Promise<ListToolsResult> {
    const tools = this.#isDeaf() || (await this.#isPlanThere(meta)) ? withPlan : withoutPlan;
    this.#isOffered = tools === withPlan;
    return { tools: tools.map(describeTool) };
  }

  /** Whether the host would never hear of tools that come later, and so is offered all of them from the start. */
  #isDeaf(): boolean {
    return this.#isOneOf(DEAF_CLIENTS);
  }

  #isOneOf(clients: ReadonlySet<string>): boolean {
    return clients.has(this.#server.getClientVersion()?.name ?? "");
  }

  async #isPlanThere(meta: unknown): Promise<boolean> {
    const found = await this.#withWorkspace(meta, async (workspace) => {
      this.#planning = workspace.place.planning;
      this.#mark = folderMark(this.#planning);
      return { ok: true as const, value: workspace.exists && hasPlan(workspace) };
    });
    return found.ok && found.value;
  }

  async #callTool(name: string, args: unknown, meta: unknown): Promise<CallToolResult> {
    if (name === HOOK_TOOL) {
      const answer = await this.#hook.answer(args, meta);
      await this.#lookAgain(false);
      return answer;
    }
    const tool = withPlan.find((each) => each.name === name);
    if (tool === undefined) return toToolResult(noSuchTool(name));
    const result = await this.#run(tool, args, meta);
    await this.#lookAgain(true);
    return toToolResult(result);
  }

  async #run(tool: Tool, args: unknown, meta: unknown): Promise<Result<Answer>> {
    const parsed = parseArguments(tool.input, args);
    if (!parsed.ok) return parsed;
    return await this.#withWorkspace(meta, (workspace) => tool.run(parsed.value, workspace));
  }

  async #withWorkspace<T>(meta: unknown, use: (workspace: Workspace) => Promise<Result<T>>): Promise<Result<T>> {
    const caller = this.#identity.callerOf(meta);
    if (!caller.ok) return caller;
    const { session, env } = caller.value;
    const workspace = await Workspace.open({ cwd: this.#surroundings.cwd, env, session });
    if (!workspace.ok) return workspace;
    try {
      return await use(workspace.value);
    } finally {
      workspace.value.close();
    }
  }

  /** After a call of ours the plans are looked at; otherwise only where the folder has changed. */
  async #lookAgain(isSure: boolean): Promise<void> {
    if (this.#isOffered === undefined || this.#isDeaf()) return;
    if (!isSure && this.#planning !== undefined && folderMark(this.#planning) === this.#mark) return;
    const isThere = await this.#isPlanThere(undefined);
    if (isThere === this.#isOffered) return;
    this.#isOffered = isThere;
    await this.#server.sendToolListChanged();
    await this.#server.sendResourceListChanged();
  }
}
