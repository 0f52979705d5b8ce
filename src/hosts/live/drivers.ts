import { firstOf, inOrder, when, type Script } from "../model-server/turn.ts";
import { END, startProgram, type Started } from "./start.ts";

export interface LiveRun {
  /** The host's program. */
  readonly program: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Of the scripted model. */
  readonly url: string;
}

/** How a host is made to talk with the scripted model, whatever its settings say of models. */
export interface LiveDriver {
  /** Has the conversation compacted on the way. */
  readonly script: () => Script;
  readonly run: (live: LiveRun) => Promise<Started>;
}

const KEY = "dummy-key-not-real";
const TIMEOUT_MS = 90_000;
const SUMMARY = { text: "<summary>A conversation in which nothing was done.</summary>" };

const claude: LiveDriver = {
  script: () => when({ lastUser: "REMINDER: Do NOT call any tools" }, () => SUMMARY),
  run: ({ program, cwd, env, url }) => {
    const over = {
      ANTHROPIC_BASE_URL: url,
      ANTHROPIC_API_KEY: KEY,
      ANTHROPIC_AUTH_TOKEN: "",
      CLAUDE_CODE_USE_BEDROCK: "",
      CLAUDE_CODE_USE_VERTEX: "",
      DISABLE_TELEMETRY: "1",
      DISABLE_AUTOUPDATER: "1",
      DISABLE_ERROR_REPORTING: "1",
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    };
    const say = (content: string): string =>
      `${JSON.stringify({ type: "user", message: { role: "user", content } })}\n`;
    // It does not compact a conversation that has hardly begun.
    const left = ["Say it twice.", "Say it once more.", "/compact", "Say hello again."].map(say);
    // Settings of the command line win over those of files, which could name another endpoint.
    const settings = JSON.stringify({ env: over, apiKeyHelper: `echo ${KEY}` });
    const words = ["-p", "--input-format", "stream-json", "--output-format", "stream-json", "--verbose"];
    return startProgram(program, [...words, "--settings", settings], {
      cwd,
      env: { ...env, ...over },
      timeoutMs: TIMEOUT_MS,
      input: say("Say hello."),
      onLine: (line) => (line.includes('"type":"result"') ? (left.shift() ?? END) : undefined),
    });
  },
};

const codex: LiveDriver = {
  script: () =>
    firstOf(
      when({ lastUser: "CONTEXT CHECKPOINT COMPACTION" }, () => SUMMARY),
      inOrder({ calls: [{ name: "exec_command", input: { cmd: "true" } }], usage: { input: 60_000 } }),
    ),
  run: ({ program, cwd, env, url }) => {
    const provider = { name: "scripted", base_url: `${url}/v1`, env_key: "HOLDFAST_LIVE_KEY", wire_api: "responses" };
    const values: Readonly<Record<string, unknown>> = {
      model: "scripted",
      model_provider: "holdfast_live",
      ...Object.fromEntries(
        Object.entries(provider).map(([key, value]) => [`model_providers.holdfast_live.${key}`, value]),
      ),
      "model_providers.holdfast_live.request_max_retries": 0,
      "model_providers.holdfast_live.stream_max_retries": 0,
      model_auto_compact_token_limit: 20_000,
      check_for_update_on_startup: false,
      "analytics.enabled": false,
    };
    const set = Object.entries(values).flatMap(([key, value]) => ["-c", `${key}=${JSON.stringify(value)}`]);
    return startProgram(program, ["exec", "--skip-git-repo-check", ...set, "Say hello."], {
      cwd,
      env: { ...env, HOLDFAST_LIVE_KEY: KEY },
      timeoutMs: TIMEOUT_MS,
    });
  },
};

const opencode: LiveDriver = {
  script: () =>
    firstOf(
      when({ lastUser: "Here is the conversation so far" }, () => SUMMARY),
      inOrder({
        calls: [{ name: "bash", input: { command: "true", description: "nothing" } }],
        usage: { input: 198_000 },
      }),
    ),
  run: ({ program, cwd, env, url }) => {
    const models = { scripted: { name: "Scripted", tool_call: true, limit: { context: 200_000, output: 8000 } } };
    const options = { baseURL: `${url}/v1`, apiKey: KEY };
    const scripted = { npm: "@ai-sdk/openai-compatible", name: "Scripted", options, models };
    const config = { model: "scripted/scripted", small_model: "scripted/scripted", provider: { scripted } };
    return startProgram(program, ["run", "Say hello.", "--title", "holdfast doctor", "--model", "scripted/scripted"], {
      cwd,
      env: {
        ...env,
        OPENCODE_CONFIG_CONTENT: JSON.stringify(config),
        OPENCODE_DISABLE_AUTOUPDATE: "1",
        OPENCODE_DISABLE_MODELS_FETCH: "1",
        OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
        npm_config_offline: "true",
      },
      timeoutMs: TIMEOUT_MS,
    });
  },
};

export const LIVE_DRIVERS = { claude, codex, opencode } as const;
