import { quote, word } from "./shell.ts";

/**
 * The command lines that hosts get. They say neither version nor place of the program, so that they stay the same for
 * good: a host may trust them by their text.
 */

/** A program and its arguments, for what is started without a shell. */
export interface Start {
  readonly command: string;
  readonly args: readonly string[];
}

/** For this account alone: the launcher is there. */
export const personalCommand = (launcher: string, words: string): string => `${word(launcher)} ${words}`;

/**
 * For everybody who has the repository: the repository's own copy, the account's, the one on the path; whoever has none
 * is not bothered. `folder` is how a hook of the host knows the project's folder, as a shell writes it inside quotes.
 */
export const sharedCommand = (folder: string, words: string): string =>
  `${findProgram(inRepository(folder), "exit 0")}; exec "$@" ${words}`;

/** As `sharedCommand`, for a server: who has no Holdfast gets one that offers nothing, rather than an error. */
export const sharedServer = (): Start => ({
  command: "sh",
  args: ["-c", `${findProgram(inRepository("."), EMPTY_SERVER)}; exec "$@" mcp`],
});

/** For a plugin: the program beside it, the account's, the one on the path. */
export const pluginCommand = (own: string | undefined, words: string): string =>
  `${findProgram(besidePlugin(own), "exit 0")}; exec "$@" ${words}`;

/** As `pluginCommand`; whoever has the plugin wants the program, so a package manager gets it where it is not there. */
export const pluginServer = (own: string | undefined): Start => ({
  command: "sh",
  args: ["-c", `${findProgram(besidePlugin(own), "set -- npx --yes holdfast")}; exec "$@" mcp`],
});

type Attempt = readonly [test: string, words: string];

const inRepository = (folder: string): readonly Attempt[] => {
  const own = `"${folder}/node_modules/.bin/holdfast"`;
  return [[`[ -x ${own} ]`, own]];
};

const besidePlugin = (own: string | undefined): readonly Attempt[] =>
  own === undefined ? [] : [[`[ -f "${own}" ]`, `node "${own}"`]];

const OF_ACCOUNT = '"${XDG_DATA_HOME:-$HOME/.local/share}/holdfast/holdfast"';

/** Makes the words that start the program the shell's own arguments. */
function findProgram(first: readonly Attempt[], orElse: string): string {
  const attempts: readonly Attempt[] = [
    ...first,
    [`[ -x ${OF_ACCOUNT} ]`, OF_ACCOUNT],
    ["command -v holdfast >/dev/null", "holdfast"],
  ];
  const tries = attempts.map(([test, words], index) => `${index === 0 ? "if" : "elif"} ${test}; then set -- ${words}`);
  return `${tries.join("; ")}; else ${orElse}; fi`;
}

const EMPTY_ANSWER = String.raw`{"jsonrpc":"2.0","id":%s,"result":{"protocolVersion":"2025-06-18","capabilities":{},"serverInfo":{"name":"holdfast","version":"0"}}}\n`;

/** Answers whatever has an id, until its input ends. */
const EMPTY_SERVER = `while IFS= read -r l; do i=$(printf %s "$l" | sed -n 's/.*"id":\\([0-9]*\\).*/\\1/p'); [ -z "$i" ] || printf '${EMPTY_ANSWER}' "$i"; done; exit 0`;

/** What a guard stands before: a change of a passage, a file written whole, a command, a subagent. */
export type Guarded = "edit" | "write" | "shell" | "spawn";

/**
 * What stands before tools that could harm the plan. Without a workspace around the folder it costs a shell's start;
 * with one, a look at whether the call fits one of the patterns that Holdfast keeps in its mark. Only then does Holdfast
 * itself decide, and if it cannot, calls that concern its files are refused. A checkout of a plan's own finds the mark
 * in the repository's Git folder, and so does who gave the workspace's folder a name of their own.
 */
function guardCommand(folder: string, program: string, host: string, guarded: Guarded): string {
  const [mark, second] = guarded === "spawn" ? [".local", "workspace"] : [".local/guard", "guard"];
  const inFolder = (name: string): string => `{ m="$d/${name}/${mark}"; [ -e "$m" ]; }`;
  const inGit = `{ [ -f "$d/.git" ] && read -r k m <"$d/.git" && m=$\{m%/worktrees/*}/holdfast/${second} && { [ -e "$m" ] || { m="$d/$m"; [ -e "$m" ]; }; }; }`;
  const underAnotherName = `{ m="$d/.git/holdfast/${second}"; [ -e "$m" ]; }`;
  return [
    `k=; d="${folder}"`,
    `until ${inFolder(".planning")} || ${inFolder(".holdfast")} || ${underAnotherName} || ${inGit}; do case $d in */*) d=$\{d%/*} ;; *) exit 0 ;; esac; done`,
    guarded === "shell" || guarded === "edit" ? READ_SHORT : "p=$(cat)",
    ...(guarded === "spawn" ? [] : [lookAt(guarded)]),
    program,
    `printf %s "$p" | "$@" hook ${host} && exit 0`,
    // A pattern that begins with a star has a name of Holdfast's own in it.
    String.raw`case $k$p in \**|*planning*|*holdfast*|*"Task ID:"*) echo "Holdfast could not decide; its own files stay closed: holdfast doctor" >&2; exit 2 ;; esac`,
  ].join("; ");
}

/**
 * Commands and passages are short, mostly, and a shell has read up to three kilobytes before it could have started another
 * program. Whole files are not, and it reads byte by byte. JSON has no line ends that mean anything.
 */
const READ_SHORT = 'p=; while IFS= read -r l || [ "$l" ]; do p="$p${p:+ }$l"; done';

/**
 * Ends where the call fits no pattern; a mark without any lets nothing pass unseen. A shell's quotes and backslashes are
 * left out first, by splitting there, for names are spelled with them in many ways.
 */
function lookAt(guarded: Exclude<Guarded, "spawn">): string {
  const text = guarded === "shell" ? `set -f; IFS="\\"'\\\\"; set -- $p; IFS=; q="shell$*"` : 'q="edit$p"';
  return `${text}; a=1; while IFS= read -r k; do a=; case $q in $k) a=1; break ;; esac; done <"$m"; [ "$a" ] || exit 0; set +f; unset IFS`;
}

export const personalGuard = (folder: string, launcher: string, host: string, guarded: Guarded): string =>
  guardCommand(folder, `[ -x ${quote(launcher)} ] || exit 0; set -- ${quote(launcher)}`, host, guarded);

export const sharedGuard = (folder: string, host: string, guarded: Guarded): string =>
  guardCommand(folder, findProgram(inRepository(folder), "exit 0"), host, guarded);

export const pluginGuard = (folder: string, own: string | undefined, host: string, guarded: Guarded): string =>
  guardCommand(folder, findProgram(besidePlugin(own), "exit 0"), host, guarded);
