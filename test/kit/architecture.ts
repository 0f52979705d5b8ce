/** A file of `src/`, and what it needs when it runs: imports of types alone have vanished. */
export interface Module {
  /** From the project's folder, with slashes. */
  readonly path: string;
  readonly imports: readonly Import[];
  /** Its code without comments and types. */
  readonly code: string;
}

export interface Import {
  /** A path like those of modules, or the bare name of a package or of a part of Node. */
  readonly to: string;
  readonly isDynamic: boolean;
}

const PURE = ["plan", "context", "continuation"];
const CORE = [...PURE, "journal", "workspace"];
const USE_CASES = [...CORE, "evidence", "interop", "engine"];
const EDGES = ["hosts", "run", "mcp", "web"];

/** What each room may import besides itself. A room that is missing here may not exist. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  plan: PURE,
  context: PURE,
  continuation: PURE,
  journal: ["plan"],
  workspace: [...PURE, "journal"],
  evidence: CORE,
  interop: CORE,
  engine: USE_CASES,
  run: USE_CASES,
  hosts: USE_CASES,
  // The server is the door that hooks of hosts come through.
  mcp: [...USE_CASES, "hosts"],
  web: USE_CASES,
  cli: USE_CASES,
};

/** What would make the same records mean something else to another reader, or another time. */
const IMPURE =
  /\b(?:Date\.now|new Date\(\)|new Date;|Math\.random|process\.[a-z]|performance\.now|crypto\.[a-z]|globalThis|fetch\(|set(?:Timeout|Interval|Immediate)\(|localeCompare|toLocale[A-Z]|Intl\.)/;

/** The room of a file: its folder in `src/`; empty for files beside the rooms, which anybody may import. */
const roomOf = (path: string): string => /^src\/([^/]+)\//.exec(path)?.[1] ?? "";

/** Helpers of tests stand beside the code; what they import gives them away. */
const isOfTests = ({ imports }: Module): boolean => imports.some(({ to }) => /^(?:vitest|fast-check)\b/.test(to));

const isPackage = (to: string): boolean => !to.startsWith("src/");

/** Sentences about everything that breaks the shape of the code (docs/design.md §3). */
export function findViolations(modules: readonly Module[]): readonly string[] {
  const ofTests = new Set(modules.filter(isOfTests).map(({ path }) => path));
  const ofProgram = modules.filter(({ path }) => !ofTests.has(path));
  const leaks = ofProgram.flatMap(({ path, imports }) =>
    imports.filter(({ to }) => ofTests.has(to)).map(({ to }) => `${path}: imports ${to}, which is for tests only`),
  );
  return [
    ...ofProgram.flatMap(violationsOf),
    ...leaks,
    ...findCycles(modules).map((cycle) => `cycle: ${cycle.join(" → ")}`),
  ];
}

function violationsOf({ path, imports, code }: Module): readonly string[] {
  const room = roomOf(path);
  if (room !== "" && !Object.hasOwn(MAY_IMPORT, room)) return [`${path}: there is no room called ${room}`];
  const found = imports.flatMap((one) => importViolation(path, room, one));
  const impure = PURE.includes(room) ? IMPURE.exec(code) : null;
  return impure === null ? found : [...found, `${path}: a pure room uses ${impure[0]}`];
}

function importViolation(path: string, room: string, { to, isDynamic }: Import): readonly string[] {
  if (isPackage(to)) return PURE.includes(room) ? [`${path}: a pure room imports ${to}`] : [];
  const other = roomOf(to);
  if (other === room || (MAY_IMPORT[room] ?? []).includes(other)) return [];
  if (other === "" && !PURE.includes(room)) return [];
  if (isDynamic && path.startsWith("src/cli/commands/") && EDGES.includes(other)) return [];
  return [`${path}: ${room === "" ? "a file beside the rooms" : room} imports ${to}`];
}

/** Cycles of static imports, each once, by the files on it. Dynamic ones are calls: they may lead back. */
export function findCycles(modules: readonly Module[]): readonly (readonly string[])[] {
  const byPath = new Map(modules.map((module) => [module.path, module]));
  const finished = new Set<string>();
  const cycles: string[][] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) cycles.push([...trail.slice(start), path]);
    if (start >= 0 || finished.has(path)) return;
    for (const { to, isDynamic } of byPath.get(path)?.imports ?? []) {
      if (!isDynamic && byPath.has(to)) visit(to, [...trail, path]);
    }
    finished.add(path);
  };
  for (const { path } of modules) visit(path, []);
  return cycles;
}

/** Everything that is loaded with a file before any of its own code runs: files of `src/`, packages, parts of Node. */
export function staticClosure(modules: readonly Module[], from: string): ReadonlySet<string> {
  const byPath = new Map(modules.map((module) => [module.path, module]));
  const reached = new Set([from]);
  for (const path of reached) {
    for (const { to, isDynamic } of byPath.get(path)?.imports ?? []) if (!isDynamic) reached.add(to);
  }
  return reached;
}
