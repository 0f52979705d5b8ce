import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findWrites } from "./shell-writes.ts";

const ask = (command: string, cwd = "/project"): readonly string[] =>
  findWrites(command, { cwd, folder: "/project/.planning", root: "/project", home: "/home/user" });

describe("reading is no writing", () => {
  test.each([
    "cat .planning/fast/progress.md",
    "head -5 .planning/fast/*.md | grep Next > /tmp/out.txt",
    "grep -rn TODO .planning 2>/dev/null",
    "ls -la .planning && cat .planning/fast/state.json",
    "cd .planning/fast && cat progress.md && wc -l *.md",
    "jq .status < .planning/fast/state.json",
    "diff .planning/fast/task_plan.md other.md > diff.txt",
    "cp .planning/fast/progress.md /tmp/copy.md",
    'for f in .planning/*/progress.md; do cat "$f"; done',
    "sed -n 1,20p .planning/fast/progress.md",
    "find .planning -name '*.md' -exec cat {} +",
    "python3 -c \"import json; print(json.load(open('.planning/fast/state.json'))['status'])\"",
    "holdfast log 'wrote > .planning/x'",
    "npx holdfast status --plan fast",
    "git status && git diff -- .planning",
    "echo 'rm -rf .planning'",
    'echo "see .planning > here"',
    "git log --grep '.planning' | head",
    "cat <<'EOF'\nrm -rf .planning\necho x > .planning/a\nEOF",
    "# rm -rf .planning",
    "rm -rf build dist",
    "npm test > .planning.log",
    "mv a.txt b.txt; echo done > out",
    "find . -name '*.tmp' -print",
    "git clean -n",
    "rm *.log",
    "echo x 2>&1 >/dev/null",
  ])("%s", (command) => {
    expect(ask(command)).toEqual([]);
  });
});

describe("writing is seen", () => {
  test.each([
    ["echo x > .planning/fast/progress.md", "/project/.planning/fast/progress.md"],
    ["echo x>.planning/a", "/project/.planning/a"],
    ["echo x >> '.planning/fast/notes.md'", "/project/.planning/fast/notes.md"],
    ['echo x >| ".planning"/fast/state.json', "/project/.planning/fast/state.json"],
    ["echo x &> ./.planning/a", "/project/.planning/a"],
    ["printf x 1>.plan\\ning/a", "/project/.planning/a"],
    ["cd .planning/fast && echo x > state.json", "/project/.planning/fast/state.json"],
    ["cd .planning; (cd fast; touch a); true", "/project/.planning/fast/a"],
    ["cat x | tee -a .planning/fast/findings.md", "/project/.planning/fast/findings.md"],
    ["cp x.md .planning/fast/task_plan.md", "/project/.planning/fast/task_plan.md"],
    ["cp -t .planning/fast x.md", "/project/.planning/fast"],
    ["mv .planning/fast /tmp/", "/project/.planning/fast"],
    ["rm -rf .planning", "/project/.planning"],
    ["rm -rf .", "/project/.planning"],
    ["rm -rf /project", "/project/.planning"],
    ["mv /project /elsewhere", "/project/.planning"],
    ["sed -i 's/a/b/' .planning/fast/task_plan.md", "/project/.planning/fast/task_plan.md"],
    ["sed -ni.bak p .planning/fast/task_plan.md", "/project/.planning/fast/task_plan.md"],
    ["perl -pi -e 's/a/b/' .planning/fast/task_plan.md", "/project/.planning/fast/task_plan.md"],
    ["dd if=/dev/zero of=.planning/a", "/project/.planning/a"],
    ["truncate -s 0 .planning/fast/journal/c.jsonl", "/project/.planning/fast/journal/c.jsonl"],
    ["ln -sf /etc/passwd .planning/fast/notes.md", "/project/.planning/fast/notes.md"],
    ["sudo env A=1 nohup touch .planning/a", "/project/.planning/a"],
    ["if true; then rm .planning/a; fi", "/project/.planning/a"],
    ["curl -o .planning/a http://127.0.0.1/", "/project/.planning/a"],
    ["sort -o .planning/a b", "/project/.planning/a"],
    ["bash -c 'echo x > .planning/a'", "/project/.planning/a"],
    ["sh <<'EOF'\necho x > .planning/a\nEOF", "/project/.planning/a"],
    ["eval 'rm .planning/a'", "/project/.planning/a"],
    ["echo $(rm .planning/a)", "/project/.planning/a"],
    ['echo "`touch .planning/a`"', "/project/.planning/a"],
    ["git checkout -- .planning/fast/progress.md", "/project/.planning/fast/progress.md"],
    ["git clean -fdx", "/project/.planning"],
    ["git -C . stash --all", "/project/.planning"],
    ["find . -name '*.jsonl' -delete", "/project/.planning"],
    ["find . -name findings.md -delete", "/project/.planning"],
    ["find .planning -exec rm {} +", "/project/.planning"],
    ["ls .planning/fast | xargs rm", "/project/.planning"],
    ["P=.planning; echo x > $P/a", "/project/.planning/a"],
    ["a=.plan; b=ning; touch $a${b}/a", "/project/.planning/a"],
    ['for f in a .planning/b; do rm "$f"; done', "/project/.planning/b"],
    ["cat x > $UNKNOWN/.planning/a", "/project/.planning/a"],
    ['cd "$(git rev-parse --show-toplevel)" && git clean -fdx', "/project/.planning"],
    ["echo x > .plan*/fast/progress.md", "/project/.planning/fast/progress.md"],
    ["rm .pl?nning/fast/*", "/project/.planning/fast/*"],
    ["cd .planning/fast && rm j*/*", "/project/.planning/fast/j*/*"],
    ["touch .{planning,x}/a", "/project/.planning/a"],
    ["node -e \"require('fs').writeFileSync('.planning/a', 'x')\"", "/project/.planning/a"],
    ["node -e \"fs.writeFileSync('.plan' + 'ning/a', 'x')\"", "/project/.planning"],
    ["python3 - <<'EOF'\nopen('.planning/a', 'w')\nEOF", "/project/.planning/a"],
    [
      "apply_patch <<'EOF'\n*** Begin Patch\n*** Update File: .planning/fast/notes.md\n*** End Patch\nEOF",
      "/project/.planning/fast/notes.md",
    ],
    ["somenewtool .planning/fast/state.json", "/project/.planning/fast/state.json"],
    ["echo 'unfinished > .planning/a", "/project/.planning"],
    ["cat\u00a0x > .planning/a", "/project/.planning/a"],
  ])("%s", (command, path) => {
    expect(ask(command)).toContain(path);
  });

  test("from inside of the folder too", () => {
    expect(ask("echo x > state.json", "/project/.planning/fast")).toEqual(["/project/.planning/fast/state.json"]);
    expect(ask("cd ~/project && rm -rf *", "/project/.planning")).toEqual([]);
  });
});

test("whatever is asked, an answer comes, and soon", () => {
  const part = fc.constantFrom(
    "$(",
    "`",
    '"',
    "'",
    "<<EOF\n",
    "EOF",
    "\\",
    ">",
    ".planning",
    "(",
    ")",
    ";",
    "${",
    "\n",
    "|",
    "&",
    "cd ",
    "rm ",
    " ",
    "\u00a0",
    "\v",
  );
  const line = fc.array(fc.oneof(part, fc.string({ maxLength: 4 })), { maxLength: 60 }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(line, (command) => {
      expect(Array.isArray(ask(command))).toBe(true);
    }),
    { numRuns: 500 },
  );
  expect(ask(`rm .planning/a ${"x ".repeat(50_000)}`)).toContain("/project/.planning/a");
  expect(Array.isArray(ask(`${"$(".repeat(20_000)}.planning`))).toBe(true);
});
