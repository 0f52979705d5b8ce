import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { personalGuard } from "../../src/hosts/install/commands.ts";
import { Desk } from "../kit/desk.ts";
import { HookDesk } from "../kit/hooks.ts";

const line = (command: string) => ({ tool_input: { command } });

async function stage(folder?: string): Promise<HookDesk> {
  const desk = new Desk();
  if (folder !== undefined) await desk.do("init", "--folder", folder, "--yes");
  const writer = new HookDesk(desk, "w");
  await desk.doAs(writer.session, "plan", "new", "Faster start", "--slug", "fast");
  return writer;
}

/** Those of some command lines that are refused, by why. */
async function refusedOf(writer: HookDesk, commands: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const refused = new Map<string, string>();
  for (const command of commands) {
    const { permissionDecisionReason } = await writer.send("PreToolUse.Bash", line(command));
    if (permissionDecisionReason !== undefined) refused.set(command, permissionDecisionReason);
  }
  return refused;
}

/** Those that the few lines of shell, which a host runs, ask Holdfast about. */
function askedOf(writer: HookDesk, commands: readonly string[]): readonly string[] {
  const { desk } = writer;
  const program = desk.path("asked.sh");
  writeFileSync(program, "#!/bin/sh\ncat >/dev/null; echo asked\n", { mode: 0o755 });
  const hook = personalGuard(desk.root, program, "claude", "shell");
  return commands.filter((command) => {
    const input = JSON.stringify(writer.payload("PreToolUse.Bash", line(command)));
    const { stdout, stderr } = spawnSync("sh", ["-c", hook], { input, encoding: "utf8" });
    expect(stderr).toBe("");
    return stdout === "asked\n";
  });
}

const STATE = ".planning/fast/state.json";
const JOURNAL = ".planning/fast/journal/c1.jsonl";

const REFUSED = [
  `echo x>${STATE}`,
  `: > ${STATE}`,
  `echo {} >| '.plan'"ning"/fast/state.json`,
  `echo x >> ${JOURNAL}`,
  `truncate -s 0 ${JOURNAL}`,
  `install -m 644 forged.json ${STATE}`,
  `ln -sf /tmp/forged.json ${STATE}`,
  `ln ${JOURNAL} mine.jsonl`,
  `cp -l ${JOURNAL} mine.jsonl`,
  `rsync forged.json ${STATE}`,
  `git checkout HEAD~1 -- ${STATE}`,
  `git restore ${STATE}`,
  `ruby -e 'File.write("${STATE}", "{}")'`,
  `ruby -i -pe 'gsub(/todo/, "done")' ${STATE}`,
  `perl -e 'open(F,">${STATE}")'`,
  `php -r 'file_put_contents("${STATE}", "{}");'`,
  `python3 -c "import pathlib; pathlib.Path('${STATE}').unlink()"`,
  `python3 - <<'EOF'\nopen('${STATE}', 'w').write('{}')\nEOF`,
  `awk -i inplace '{print}' ${STATE}`,
  `awk 'BEGIN { print "{}" > "${STATE}" }'`,
  `sed -i s/todo/done/ ${STATE}`,
  `sed -n 'w ${STATE}' forged.json`,
  `sort -o ${STATE} forged.json`,
  `yq -i '.status = "done"' ${STATE}`,
  `tee ${STATE} < forged.json`,
  `cat forged.json | sponge ${STATE}`,
  `dd if=forged.json of=${STATE}`,
  `mv forged.json ${STATE}`,
  `mv ${JOURNAL} /tmp/`,
  `chmod 000 ${JOURNAL}`,
  `tar xf forged.tar -C .planning/fast`,
  `cd .planning/fast && rm *`,
  `cd .planning/fast/j* && echo x >> c1.jsonl`,
  `cd .pl* && cd fast && echo {} > state.json`,
  `cd .planning/fast; (echo {} > head.json)`,
  `a=.plan; b=ning; echo {} > $a$b/fast/state.json`,
  `a=.; b=planning; echo {} > "$a$b/fast/state.json"`,
  `export P=.pl; echo {} > "\${P}anning/fast/state.json"`,
  `for d in .pla; do rm -rf \${d}nning; done`,
  `echo {} > .{planning,x}/fast/state.json`,
  `echo {} > .p?anning/fast/state.json`,
  `touch .[p]lanning/fast/evidence/E1.log`,
  `holdfast status; echo {} > ${STATE}`,
  `holdfast verify && cp forged.log .planning/fast/evidence/E1.log`,
  `echo holdfast; echo {} > ${STATE} # holdfast`,
  `bash -c "echo {} > ${STATE}"`,
  `sh <<'EOF'\necho {} > ${STATE}\nEOF`,
  `eval "echo {} > ${STATE}"`,
  `trap 'rm -rf .planning' EXIT`,
  `echo 'rm -rf .planning' | bash`,
  `cat <<'EOF' | sh\necho {} > ${STATE}\nEOF`,
  `printf 'open("${STATE}", "w")' | python3`,
  `cd .planning/fast; python3 -c "open('state.json', 'w')"`,
  `sudo -u nobody rm -rf .`,
  `nice -n 10 cp forged.json ${STATE}`,
  `curl -o${STATE} http://127.0.0.1/`,
  `patch -p0 <<'EOF'\n+++ ${STATE}\nEOF`,
  `vim -c 'w! ${STATE}' -c q forged.json`,
  `echo "$(rm ${JOURNAL})"`,
  `ls ${JOURNAL} | xargs rm`,
  `npx rimraf .planning`,
  `npx --yes rimraf .`,
  `echo x > .planning/fast/progress.md`,
  `echo '{}' > .planning/.local/guard`,
  `rm -f .planning/.gitignore`,
  `echo x >> .git/holdfast/plans/fast/c1.jsonl`,
  `cd .git/holdfast && rm -r plans`,
  `rm -rf .planning`,
  `rm -rf .`,
  `rm -rf ./`,
  `rm -r -f "$PWD"`,
  `rm -rf .*`,
  `\\rm -rf .`,
  `mv .planning /tmp/away`,
  `mv "$(pwd)" /tmp/away`,
  `git clean -fdx`,
  `git clean -x -f`,
  `git clean -fdX`,
  `git -C . clean -xfd`,
  `cd src; git -C .. clean -fdx`,
  `cd "$(git rev-parse --show-toplevel)" && git clean -ffdx`,
  `git stash -a`,
  `git stash push --all`,
  `find . -delete`,
  `find . -name '*.jsonl' -exec rm {} +`,
  `find . -type f -print0 | xargs -0 rm -rf`,
  `ls -A | xargs rm -rf`,
  `rsync -a --delete empty/ ./`,
  `node -e "fs.rmSync('.', { recursive: true })"`,
  `python3 -c "import shutil; shutil.rmtree('.planning')"`,
];

const DAILY = [
  `npm test`,
  `npm test -- --reporter=dot 2>&1 | tail -20`,
  `git status`,
  `git add -A && git commit -m "state.json is read"`,
  `git checkout main`,
  `git checkout -b fix/state`,
  `git stash`,
  `git stash pop`,
  `git stash -u`,
  `git clean -fd`,
  `git clean -fdxn`,
  `git clean -fdx build`,
  `git clean -fdx -e .planning`,
  `git rm -r --cached .planning`,
  `git add .planning`,
  `jq . ${STATE} 2>/dev/null`,
  `jq -r .status < ${STATE}`,
  `cat ${STATE} | jq '.tasks | length' > /tmp/count`,
  `cp ${STATE} /tmp/copy.json`,
  `cp -r .planning /tmp/backup`,
  `rsync -a --delete --exclude .planning src/ /tmp/copy/`,
  `tar czf /tmp/plan.tgz .planning`,
  `grep -rni "next action" .planning`,
  `grep -o T1 .planning/fast/progress.md`,
  `rg -i todo --glob '!.planning'`,
  `wc -l ${JOURNAL}`,
  `diff ${STATE} /tmp/copy.json > /tmp/d`,
  `python3 -c "import json; print(json.load(open('${STATE}')))"`,
  `X=$(mktemp); cat ${STATE} > $X`,
  `echo "ok" >> .planning/fast/notes.md`,
  `mkdir -p .planning/fast/tasks/T1 && echo done > .planning/fast/tasks/T1/output.md`,
  `cat > .planning/fast/lanes/look/result.md <<'EOF'\nfound it, see ${STATE} > here\nEOF`,
  `holdfast task done T1`,
  `holdfast log "wrote > ${STATE}"`,
  `npx holdfast status --json > /tmp/status.json`,
  `gh pr create --title x --body "$(cat <<'EOF'\nnot > ${STATE}\nEOF\n)"`,
  `eslint . --ignore-pattern .planning`,
  `pytest --ignore=.planning -q`,
  `rm -rf node_modules dist && npm ci`,
  `rm -rf ./build/*`,
  `rm -rf "$TMPDIR/x"`,
  `mv src/a.ts .`,
  `find . -name '*.pyc' -delete`,
  `find . -name __pycache__ -type d -exec rm -rf {} +`,
  `find . -path ./node_modules -prune -o -name '*.ts' -print`,
  `find . -not -path './.planning/*' -name '*.json' -delete`,
  `find src -name '*.ts' | xargs prettier --write`,
  `chmod -R u+w .`,
  `docker run --rm -v "$PWD:/w" image`,
  `sed -i 's/planning/plan/' README.md`,
  `echo done > .planning.log`,
  `ls -a | xargs echo`,
  `echo "see ${STATE}" | cat`,
  `sudo -u nobody cat ${STATE}`,
  `cat package.json | node -e "process.stdin.pipe(process.stdout)"`,
  `make build`,
];

/** What agents do all day. */
const MOST = [
  `npm test -- --run src/a.test.ts 2>&1 | tail -20`,
  `git status && git diff --stat`,
  `git commit -m "Confirm the form before it is sent"`,
  `grep -rn "foo.*bar" src | head`,
  `ls src/*.ts; cat package.json`,
  `cd src && npx tsc --noEmit`,
  `node -e 'console.log(process.version)'`,
  `for f in src/*.ts; do wc -l "$f"; done`,
  `holdfast task next`,
];

test("a writer's shell is kept from what Holdfast alone writes, however it is spelled", async () => {
  const writer = await stage();
  const refused = await refusedOf(writer, REFUSED);
  expect(REFUSED.filter((command) => !refused.has(command))).toEqual([]);
  for (const why of refused.values()) expect(why).toMatch(/^Holdfast alone writes \S+: .*(?:holdfast|leave)/);
  const asked = askedOf(writer, REFUSED);
  expect(REFUSED.filter((command) => !asked.includes(command))).toEqual([]);
});

test("daily work passes, and most of it without asking Holdfast at all", async () => {
  const writer = await stage();
  expect(await refusedOf(writer, [...DAILY, ...MOST])).toEqual(new Map());
  expect(askedOf(writer, MOST)).toEqual([]);
});

test("a folder with a name of its own is guarded too, from anywhere in the repository", async () => {
  const writer = await stage(".plans");
  const commands = ["echo {} > .plans/fast/state.json", "cd .pl* && rm -rf fast", "npm test"];
  expect(askedOf(writer, commands)).toEqual(commands.slice(0, 2));
  expect([...(await refusedOf(writer, commands)).keys()]).toEqual(commands.slice(0, 2));
});
