type Env = Readonly<Record<string, string | undefined>>;

/**
 * Whether a host was started without anybody at it, as far as its environment tells: undefined where it does not. What
 * Holdfast starts itself is not meant, since that goes on by its own rules.
 */
export function isHeadless(env: Env): boolean | undefined {
  const worker = env["HOLDFAST_WORKER"];
  if (worker !== undefined && worker !== "") return false;
  const entry = env["CLAUDE_CODE_ENTRYPOINT"];
  if (entry === undefined || entry === "") return undefined;
  return /^sdk(?:-|$)|github-action/.test(entry);
}
