/** Small projects for the runners of other languages. */

const counts = (passed, failed = 0, skipped = 0, more = {}) => ({ passed, failed, skipped, ...more });
const green = (...numbers) => ({ verdict: "passed", counts: counts(...numbers) });
const red = (...numbers) => ({ verdict: "failed", counts: counts(...numbers) });
const none = (...numbers) => ({ verdict: "nothing-ran", counts: counts(...numbers) });
const byExit = { verdict: "failed" };
const unknown = { verdict: "unreadable" };

const LIE =
  "==== 12 passed in 0.01s ====\\n12 passed in 0.01s\\nRan 12 tests in 0.001s\\n\\nOK\\nok  \\tmod\\t0.1s\\ntest result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\\n12 examples, 0 failures\\nOK (12 tests, 12 assertions)\\n12 tests, 0 failures\\n100% tests passed, 0 tests failed out of 12\\n";

const pyPass = "def test_adds():\n    assert 1 + 1 == 2\n\ndef test_takes_away():\n    assert 3 - 1 == 2\n\n";
const pyFail = "def test_adds_wrongly():\n    assert 1 + 1 == 3\n\n";
const pySkip =
  "import pytest\n@pytest.mark.skip(reason='later')\ndef test_waits():\n    assert False\n\n@pytest.mark.skip\ndef test_waits_too():\n    assert False\n\n";
const pytest = (pip) => ({
  runner: "pytest",
  ...(pip === undefined ? {} : { pip: { pytest: pip } }),
  version: "python3 -m pytest --version",
  run: "python3 -m pytest -p no:cacheprovider --junit-xml=junit.xml",
  env: { PYTHONDONTWRITEBYTECODE: "1" },
  reports: { "junit.xml": "junit" },
  runs: [
    { name: "all-pass", files: { "test_sum.py": pyPass, "test_more.py": pyPass + pySkip }, expect: green(4, 0, 2) },
    {
      name: "one-fails",
      run: "python3 -m pytest -p no:cacheprovider --color=yes --junit-xml=junit.xml",
      files: { "test_sum.py": pyPass + pyFail, "test_more.py": pyPass + pySkip },
      expect: red(4, 1, 2),
    },
    { name: "all-skipped", files: { "test_sum.py": pySkip }, expect: none(0, 0, 2) },
    { name: "none-found", expect: none(0) },
    {
      name: "deselected",
      run: "python3 -m pytest -k nothing --junit-xml=junit.xml",
      files: { "test_sum.py": pyPass },
      expect: none(0),
    },
    { name: "quiet-pass", run: "python3 -m pytest -q", files: { "test_sum.py": pyPass }, expect: green(2) },
    { name: "quiet-fail", run: "python3 -m pytest -q", files: { "test_sum.py": pyPass + pyFail }, expect: red(2, 1) },
    {
      name: "very-quiet",
      run: "python3 -m pytest -qq",
      files: { "test_sum.py": pyPass },
      expect: { verdict: "unreadable" },
    },
    { name: "verbose", run: "python3 -m pytest -v", files: { "test_sum.py": pyPass + pyFail }, expect: red(2, 1) },
    {
      name: "liar-skips",
      run: "python3 -m pytest -s",
      files: {
        "test_sum.py": `print(${JSON.stringify(LIE.replaceAll("\\n", "\n").replaceAll("\\t", "\t"))})\n${pySkip}`,
      },
      expect: none(0, 0, 2),
    },
    {
      name: "xfail",
      files: {
        "test_sum.py": `import pytest\n${pyPass}@pytest.mark.xfail\n${pyFail}@pytest.mark.xfail\ndef test_more():\n    pass\n`,
      },
      expect: green(3, 0, 1),
    },
    {
      name: "xfail-strict",
      files: { "test_sum.py": `import pytest\n${pyPass}@pytest.mark.xfail(strict=True)\ndef test_more():\n    pass\n` },
      expect: red(2, 1),
    },
    {
      name: "setup-error",
      files: {
        "test_sum.py": `import pytest\n@pytest.fixture\ndef broken():\n    raise ValueError("no")\n${pyPass}def test_c(broken):\n    pass\n`,
      },
      expect: red(2, 0, 0, { errors: 1 }),
    },
    {
      name: "teardown-error",
      files: {
        "test_sum.py": `import pytest\n@pytest.fixture\ndef broken():\n    yield\n    raise ValueError("no")\n${pyPass}def test_c(broken):\n    pass\n`,
      },
      expect: { verdict: "failed", counts: { failed: 0, errors: 1 } },
    },
    {
      name: "syntax-error",
      files: { "test_sum.py": pyPass, "test_broken.py": "def test_x(:\n" },
      expect: red(0, 0, 0, { errors: 1 }),
    },
    {
      name: "syntax-error-but-on",
      run: "python3 -m pytest --continue-on-collection-errors",
      files: { "test_sum.py": pyPass, "test_broken.py": "def test_x(:\n" },
      expect: red(2, 0, 0, { errors: 1 }),
    },
    {
      name: "stops-at-first",
      run: "python3 -m pytest -x",
      files: { "test_sum.py": pyFail + pyPass },
      expect: red(0, 1),
    },
    {
      name: "crash-after-green",
      files: {
        "test_sum.py": pyPass,
        "conftest.py": "def pytest_unconfigure(config):\n    raise RuntimeError('late')\n",
      },
      expect: byExit,
    },
    {
      name: "abort-at-exit",
      files: { "test_sum.py": pyPass, "conftest.py": "import atexit, os\natexit.register(os.abort)\n" },
      expect: byExit,
    },
    {
      name: "leaves-early",
      files: { "test_sum.py": `import os\n${pyPass}def test_c():\n    os._exit(0)\n` },
      expect: unknown,
    },
    {
      name: "interrupted",
      files: { "test_sum.py": `${pyPass}def test_c():\n    raise KeyboardInterrupt\n` },
      expect: byExit,
    },
    {
      name: "warnings",
      files: { "test_sum.py": `import warnings\n${pyPass}def test_w():\n    warnings.warn("old")\n` },
      expect: green(3),
    },
  ],
});

const uHead = "import unittest\nclass T(unittest.TestCase):\n";
const uPass =
  "    def test_adds(self):\n        self.assertEqual(1 + 1, 2)\n    def test_takes_away(self):\n        self.assertEqual(3 - 1, 2)\n";
const uFail = "    def test_adds_wrongly(self):\n        self.assertEqual(1 + 1, 3)\n";
const uSkip =
  "    @unittest.skip('later')\n    def test_waits(self):\n        pass\n    @unittest.skip('later')\n    def test_waits_too(self):\n        pass\n";
const unittest = {
  runner: "unittest",
  version: "python3 --version",
  run: "python3 -m unittest",
  env: { PYTHONDONTWRITEBYTECODE: "1" },
  runs: [
    {
      name: "all-pass",
      files: { "test_sum.py": uHead + uPass, "test_more.py": uHead + uPass + uSkip },
      expect: green(4, 0, 2),
    },
    { name: "one-fails", files: { "test_sum.py": uHead + uPass + uFail + uSkip }, expect: red(2, 1, 2) },
    { name: "all-skipped", files: { "test_sum.py": uHead + uSkip }, expect: none(0, 0, 2) },
    { name: "none-found", expect: none(0) },
    { name: "verbose", run: "python3 -m unittest -v", files: { "test_sum.py": uHead + uPass }, expect: green(2) },
    {
      name: "liar-skips",
      files: { "test_sum.py": `print(${JSON.stringify(LIE.replaceAll("\\n", "\n"))})\n${uHead}${uSkip}` },
      expect: { verdict: "nothing-ran" },
    },
    {
      name: "error",
      files: { "test_sum.py": `${uHead}${uPass}    def test_e(self):\n        raise ValueError("no")\n` },
      expect: red(2, 0, 0, { errors: 1 }),
    },
    {
      name: "expected-failure",
      files: { "test_sum.py": `${uHead}${uPass}    @unittest.expectedFailure\n${uFail}` },
      expect: green(3),
    },
    {
      name: "unexpected-success",
      files: {
        "test_sum.py": `${uHead}${uPass}    @unittest.expectedFailure\n    def test_fine(self):\n        pass\n`,
      },
      expect: red(2, 1),
    },
    {
      name: "syntax-error",
      files: { "test_sum.py": uHead + uPass, "test_broken.py": "def test_x(:\n" },
      expect: red(2, 0, 0, { errors: 1 }),
    },
    {
      name: "set-up-class",
      files: {
        "test_sum.py": `${uHead}    @classmethod\n    def setUpClass(cls):\n        raise ValueError("no")\n${uPass}`,
      },
      expect: red(0, 0, 0, { errors: 1 }),
    },
    {
      name: "leaves-early",
      files: { "test_sum.py": `import os\n${uHead}${uPass}    def test_z(self):\n        os._exit(0)\n` },
      expect: unknown,
    },
    {
      name: "crash-after-green",
      files: { "test_sum.py": `import atexit, os\natexit.register(os.abort)\n${uHead}${uPass}` },
      expect: byExit,
    },
    {
      name: "raise-at-exit",
      files: {
        "test_sum.py": `import atexit\ndef late():\n    raise ValueError("late")\natexit.register(late)\n${uHead}${uPass}`,
      },
      expect: byExit,
    },
  ],
};

const goMod = {
  "go.mod": "module example.com/sum\n\ngo 1.19\n",
  "sum.go": "package sum\n\nfunc Add(a, b int) int { return a + b }\n",
};
const goHead = 'package sum\n\nimport "testing"\n\n';
const goPass =
  'func TestAdds(t *testing.T) {\n\tif Add(1, 1) != 2 {\n\t\tt.Fatal("no")\n\t}\n}\n\nfunc TestSub(t *testing.T) {\n\tt.Run("one", func(t *testing.T) {})\n\tt.Run("two", func(t *testing.T) {})\n}\n\n';
const goFail =
  'func TestAddsWrongly(t *testing.T) {\n\tt.Run("inner", func(t *testing.T) { t.Errorf("got %d", Add(1, 1)) })\n}\n\n';
const goSkip = 'func TestWaits(t *testing.T) { t.Skip("later") }\n\n';
const goCases = {
  "all-pass": { files: { "sum_test.go": goHead + goPass + goSkip }, text: unknown, json: green(4, 0, 1) },
  "one-fails": {
    files: {
      "sum_test.go": goHead + goPass + goFail,
      "b/b.go": "package b\n",
      "b/b_test.go": `package b\n\nimport "testing"\n\nfunc TestB(t *testing.T) {}\n`,
    },
    text: byExit,
    json: red(5, 2),
  },
  "two-packages": {
    files: {
      "sum_test.go": goHead + goPass,
      "b/b.go": "package b\n",
      "b/b_test.go": `package b\n\nimport "testing"\n\nfunc TestB(t *testing.T) {}\n`,
      "c/c.go": "package c\n",
    },
    text: unknown,
    json: green(5),
  },
  "all-skipped": { files: { "sum_test.go": goHead + goSkip }, text: unknown, json: none(0, 0, 1) },
  "none-found": { files: {}, text: none(0), json: none(0) },
  "none-match": { files: { "sum_test.go": goHead + goPass }, flags: "-run Nothing", text: none(0), json: none(0) },
  "syntax-error": { files: { "sum_test.go": `${goHead}func TestX(t *testing.T) {\n` }, text: byExit, json: byExit },
  "build-error": {
    files: { "sum_test.go": `${goHead}func TestX(t *testing.T) { undefined_thing() }\n` },
    text: byExit,
    json: byExit,
  },
  panics: {
    files: { "sum_test.go": `${goHead}${goPass}func TestZ(t *testing.T) { panic("no") }\n` },
    text: byExit,
    json: byExit,
  },
  "crash-after-green": {
    files: {
      "sum_test.go": `package sum\n\nimport (\n\t"os"\n\t"testing"\n)\n\n${goPass}func TestMain(m *testing.M) {\n\tm.Run()\n\tif len(os.Args) > 0 {\n\t\tpanic("late")\n\t}\n}\n`,
    },
    text: byExit,
    json: byExit,
  },
  "exit-after-green": {
    files: {
      "sum_test.go": `package sum\n\nimport (\n\t"os"\n\t"testing"\n)\n\n${goPass}func TestMain(m *testing.M) {\n\tm.Run()\n\tos.Exit(3)\n}\n`,
    },
    text: byExit,
    json: byExit,
  },
  liar: {
    files: {
      "sum_test.go": `package sum\n\nimport (\n\t"fmt"\n\t"testing"\n)\n\n${goSkip}func init() { fmt.Print(${JSON.stringify(LIE.replaceAll("\\n", "\n").replaceAll("\\t", "\t"))}) }\n`,
    },
    text: unknown,
    verbose: unknown,
    json: none(0, 0, 1),
  },
};
const goEnv = {
  GOFLAGS: "-mod=mod",
  GOPROXY: "off",
  GOTOOLCHAIN: "local",
  GOCACHE: "/tmp/holdfast-report-fixtures-go",
  GOMAXPROCS: "2",
};
const go = {
  runner: "go",
  version: "go version",
  env: goEnv,
  files: goMod,
  runs: Object.entries(goCases).flatMap(([name, { files, flags = "", text, json, verbose = json }]) => [
    { name: `plain-${name}`, run: `go test ${flags} ./...`, files, expect: text },
    { name: `verbose-${name}`, run: `go test -v ${flags} ./...`, files, expect: verbose },
    {
      name: `json-${name}`,
      run: `go test -json ${flags} ./... > report.json`,
      files,
      reports: { "report.json": "go-json" },
      expect: json,
    },
    {
      name: `junit-${name}`,
      run: `gotestsum --format=dots --junitfile=junit.xml -- ${flags} ./... > /dev/null`,
      files,
      reports: { "junit.xml": "junit" },
      expect: json,
    },
  ]),
};

const rsHead = { "Cargo.toml": '[package]\nname = "sum"\nversion = "0.1.0"\nedition = "2021"\n' };
const rs = (tests, doc = "") => ({
  "src/lib.rs": `${doc}pub fn add(a: i32, b: i32) -> i32 { a + b }\n#[cfg(test)]\nmod tests {\n    use super::*;\n${tests}}\n`,
});
const rsPass =
  "    #[test]\n    fn adds() { assert_eq!(add(1, 1), 2); }\n    #[test]\n    fn takes_away() { assert_eq!(add(3, -1), 2); }\n";
const rsFail = "    #[test]\n    fn adds_wrongly() { assert_eq!(add(1, 1), 3); }\n";
const rsSkip = "    #[test]\n    #[ignore]\n    fn waits() { assert_eq!(add(1, 1), 3); }\n";
const rsUse = "    #[test]\n    #[should_panic]\n    fn panics() { assert_eq!(add(1, 1), 3); }\n";
const rsAbort = `    extern "C" { fn atexit(f: extern "C" fn()) -> i32; }\n    extern "C" fn late() { std::process::abort(); }\n    #[test]\n    fn arms() { unsafe { atexit(late); } assert_eq!(add(1, 1), 2); }\n`;
const cargoCases = {
  "all-pass": {
    files: rs(rsPass + rsSkip + rsUse, "/// ```\n/// assert_eq!(sum::add(1, 1), 2);\n/// ```\n"),
    expect: green(4, 0, 1),
  },
  "one-fails": { files: rs(rsPass + rsFail + rsSkip), expect: red(2, 1, 1) },
  "doc-fails": { files: rs(rsPass, "/// ```\n/// assert_eq!(sum::add(1, 1), 3);\n/// ```\n"), expect: red(2, 1) },
  "all-skipped": { files: rs(rsSkip), expect: none(0, 0, 1) },
  "none-found": { files: rs("    fn unused() {}\n"), expect: none(0) },
  "syntax-error": { files: rs("    #[test] fn x( {}\n"), expect: byExit },
  "crash-after-green": { files: rs(rsPass + rsAbort), expect: byExit },
  "filtered-out": { files: rs(rsPass), flags: "nothing_like_it", expect: none(0) },
};
const cargo = {
  runner: "cargo",
  version: "cargo --version",
  files: rsHead,
  env: {
    CARGO_NET_OFFLINE: "true",
    CARGO_TARGET_DIR: "/tmp/holdfast-report-fixtures-cargo",
    CARGO_TERM_PROGRESS_WHEN: "never",
  },
  runs: Object.entries(cargoCases).flatMap(([name, { files, flags = "", expect }]) => [
    {
      name,
      run: `cargo test ${flags}`,
      files,
      env: name === "one-fails" ? { CARGO_TERM_COLOR: "always" } : {},
      expect,
    },
    {
      name: `json-${name}`,
      run: `cargo test --lib ${flags} -- -Z unstable-options --format json > report.json`,
      files,
      env: { RUSTC_BOOTSTRAP: "1" },
      reports: { "report.json": "libtest-json" },
      expect: name === "doc-fails" ? green(2) : name === "all-pass" ? green(3, 0, 1) : expect,
    },
    ...(["all-pass", "one-fails", "all-skipped"].includes(name)
      ? [
          {
            name: `quiet-${name}`,
            run: `cargo test -q --lib`,
            files,
            expect: name === "all-pass" ? green(3, 0, 1) : expect,
          },
        ]
      : []),
  ]),
};

const rbPass = "  it('adds') { expect(1 + 1).to eq 2 }\n  it('takes away') { expect(3 - 1).to eq 2 }\n";
const rb = (body) => `RSpec.describe 'sums' do\n${body}end\n`;
const rspec = {
  runner: "rspec",
  version: "rspec --version",
  run: "rspec --format progress --format json --out report.json --format RspecJunitFormatter --out junit.xml",
  reports: { "report.json": "rspec-json", "junit.xml": "junit" },
  runs: [
    {
      name: "all-pass",
      files: { "spec/a_spec.rb": rb(rbPass), "spec/b_spec.rb": rb(`${rbPass}  xit('waits') { }\n`) },
      expect: green(4, 0, 1),
    },
    {
      name: "one-fails",
      run: "rspec --force-color --format documentation --format json --out report.json --format RspecJunitFormatter --out junit.xml",
      files: { "spec/a_spec.rb": rb(`${rbPass}  it('adds wrongly') { expect(1 + 1).to eq 3 }\n  it('later')\n`) },
      expect: red(2, 1, 1),
    },
    {
      name: "all-skipped",
      files: { "spec/a_spec.rb": rb("  xit('waits') { }\n  it('later')\n") },
      expect: none(0, 0, 2),
    },
    { name: "none-found", files: { "spec/none.txt": "" }, expect: none(0) },
    {
      name: "liar-skips",
      files: { "spec/a_spec.rb": `puts ${JSON.stringify(LIE.replaceAll("\\n", "\n"))}\n${rb("  xit('waits') { }\n")}` },
      expect: none(0, 0, 1),
    },
    {
      name: "pending-fixed",
      files: { "spec/a_spec.rb": rb(`${rbPass}  it('was broken') { pending; expect(1).to eq 1 }\n`) },
      expect: red(2, 1),
    },
    {
      name: "syntax-error",
      files: { "spec/a_spec.rb": rb(rbPass), "spec/b_spec.rb": "RSpec.describe 'x' do\n  it(\nend\n" },
      expect: red(0, 0, 0, { errors: 1 }),
    },
    {
      name: "after-suite",
      files: { "spec/a_spec.rb": `RSpec.configure { |c| c.after(:suite) { raise 'late' } }\n${rb(rbPass)}` },
      expect: red(2, 0, 0, { errors: 1 }),
    },
    {
      name: "crash-after-green",
      files: { "spec/a_spec.rb": `at_exit { abort 'late' }\n${rb(rbPass)}` },
      expect: byExit,
    },
    {
      name: "exit-in-test",
      files: { "spec/a_spec.rb": rb(`${rbPass}  it('leaves') { exit! 0 }\n`) },
      expect: { verdict: "unreadable" },
    },
  ],
};

const phpHead = "<?php\nuse PHPUnit\\Framework\\TestCase;\n";
const php = (name, body) => `${phpHead}final class ${name} extends TestCase {\n${body}}\n`;
const phpPass =
  "  public function testAdds(): void { $this->assertSame(2, 1 + 1); }\n  public function testTakesAway(): void { $this->assertSame(2, 3 - 1); }\n";
const phpSkip = "  public function testWaits(): void { $this->markTestSkipped('later'); }\n";
const phpunit = {
  runner: "phpunit",
  version: "phpunit --version",
  run: "phpunit --log-junit junit.xml tests",
  reports: { "junit.xml": "junit" },
  runs: [
    {
      name: "all-pass",
      files: { "tests/SumTest.php": php("SumTest", phpPass), "tests/MoreTest.php": php("MoreTest", phpPass) },
      expect: green(4),
    },
    { name: "some-skipped", files: { "tests/SumTest.php": php("SumTest", phpPass + phpSkip) }, expect: green(2, 0, 1) },
    {
      name: "one-fails",
      run: "phpunit --colors=always --log-junit junit.xml tests",
      files: {
        "tests/SumTest.php": php(
          "SumTest",
          `${phpPass}  public function testAddsWrongly(): void { $this->assertSame(3, 1 + 1); }\n${phpSkip}`,
        ),
      },
      expect: red(2, 1, 1),
    },
    {
      name: "error",
      files: {
        "tests/SumTest.php": php(
          "SumTest",
          `${phpPass}  public function testThrows(): void { throw new RuntimeException('no'); }\n`,
        ),
      },
      expect: red(2, 0, 0, { errors: 1 }),
    },
    {
      name: "data-provider",
      files: {
        "tests/SumTest.php": php(
          "SumTest",
          "  /** @dataProvider sums */\n  public function testSum(int $a, int $b): void { $this->assertSame($b, $a); }\n  public function sums(): array { return [[1, 1], [2, 2]]; }\n",
        ),
      },
      expect: green(2),
    },
    { name: "all-skipped", files: { "tests/SumTest.php": php("SumTest", phpSkip) }, expect: none(0, 0, 1) },
    {
      name: "incomplete",
      files: {
        "tests/SumTest.php": php(
          "SumTest",
          "  public function testLater(): void { $this->markTestIncomplete('later'); }\n",
        ),
      },
      expect: none(0, 0, 1),
    },
    {
      name: "risky",
      files: { "tests/SumTest.php": php("SumTest", `${phpPass}  public function testNothing(): void {}\n`) },
      expect: red(2, 0, 0, { errors: 1 }),
    },
    {
      name: "risky-as-text",
      run: "phpunit tests",
      files: { "tests/SumTest.php": php("SumTest", `${phpPass}  public function testNothing(): void {}\n`) },
      expect: green(3),
    },
    { name: "none-found", files: { "tests/none.txt": "" }, expect: none(0) },
    {
      name: "liar-skips",
      files: {
        "tests/SumTest.php": php("SumTest", phpSkip).replace(
          "<?php\n",
          `<?php\necho ${JSON.stringify(LIE.replaceAll("\\n", "\n"))};\n`,
        ),
      },
      expect: none(0, 0, 1),
    },
    {
      name: "syntax-error",
      files: {
        "tests/SumTest.php": php("SumTest", phpPass),
        "tests/BrokenTest.php": `${phpHead}final class BrokenTest extends TestCase { function x( {}\n`,
      },
      expect: byExit,
    },
    {
      name: "crash-after-green",
      files: {
        "tests/SumTest.php": php("SumTest", phpPass).replace(
          "final class",
          "register_shutdown_function(function () { throw new Exception('late'); });\nfinal class",
        ),
      },
      expect: byExit,
    },
    {
      name: "testdox",
      run: "phpunit --testdox tests",
      files: { "tests/SumTest.php": php("SumTest", phpPass) },
      expect: green(2),
    },
  ],
};

const exPass =
  '  test "adds" do\n    assert 1 + 1 == 2\n  end\n\n  test "takes away" do\n    assert 3 - 1 == 2\n  end\n';
const ex = (name, body) => `defmodule ${name} do\n  use ExUnit.Case\n${body}end\n`;
const exunit = {
  runner: "exunit",
  version: "elixir --short-version",
  run: "mix test",
  env: { MIX_ENV: "test", HEX_OFFLINE: "1" },
  files: {
    "mix.exs":
      'defmodule Sum.MixProject do\n  use Mix.Project\n  def project, do: [app: :sum, version: "0.1.0", elixir: "~> 1.14"]\nend\n',
    "lib/sum.ex": "defmodule Sum do\nend\n",
    "test/test_helper.exs": "ExUnit.start(seed: 1)\n",
  },
  runs: [
    {
      name: "all-pass",
      files: {
        "test/sum_test.exs": ex("SumTest", exPass),
        "test/more_test.exs": ex("MoreTest", `${exPass}  @tag :skip\n  test "waits" do\n  end\n`),
      },
      expect: green(4, 0, 1),
    },
    {
      name: "one-fails",
      run: "mix test --color",
      files: {
        "test/sum_test.exs": ex("SumTest", `${exPass}  test "adds wrongly" do\n    assert 1 + 1 == 3\n  end\n`),
      },
      expect: red(2, 1),
    },
    {
      name: "all-skipped",
      files: { "test/sum_test.exs": ex("SumTest", '  @tag :skip\n  test "waits" do\n  end\n') },
      expect: none(0, 0, 1),
    },
    {
      name: "excluded",
      run: "mix test --exclude slow",
      files: { "test/sum_test.exs": ex("SumTest", '  @tag :slow\n  test "waits" do\n  end\n') },
      expect: none(0),
    },
    {
      name: "excluded-some",
      run: "mix test --exclude slow",
      files: { "test/sum_test.exs": ex("SumTest", `${exPass}  @tag :slow\n  test "waits" do\n  end\n`) },
      expect: green(2),
    },
    { name: "none-found", expect: none(0) },
    {
      name: "liar-skips",
      files: {
        "test/sum_test.exs": `IO.puts ${JSON.stringify(LIE.replaceAll("\\n", "\n"))}\n${ex("SumTest", '  @tag :skip\n  test "waits" do\n  end\n')}`,
      },
      expect: none(0, 0, 1),
    },
    {
      name: "setup-all-fails",
      files: { "test/sum_test.exs": ex("SumTest", `  setup_all do\n    raise "no"\n  end\n${exPass}`) },
      expect: { verdict: "failed" },
    },
    {
      name: "syntax-error",
      files: { "test/sum_test.exs": ex("SumTest", exPass), "test/broken_test.exs": "defmodule X do\n  test (\nend\n" },
      expect: byExit,
    },
    {
      name: "crash-after-green",
      files: {
        "test/sum_test.exs": ex("SumTest", exPass),
        "test/test_helper.exs": 'ExUnit.start(seed: 1)\nExUnit.after_suite(fn _ -> raise "late" end)\n',
      },
      expect: byExit,
    },
    {
      name: "properties",
      files: { "test/sum_test.exs": `${ex("SumTest", exPass)}${ex("DocTest", "  @moduledoc false\n")}` },
      expect: green(2),
    },
  ],
};

const cmake = (tests) => ({
  "CMakeLists.txt": `cmake_minimum_required(VERSION 3.20)\nproject(sum NONE)\nenable_testing()\n${tests}`,
});
const add = (name, command) => `add_test(NAME ${name} COMMAND ${command})\n`;
const ctest = {
  runner: "ctest",
  version: "ctest --version",
  run: "cmake -S . -B build > /dev/null && ctest --test-dir build --output-junit junit.xml --output-on-failure",
  reports: { "build/junit.xml": "junit" },
  runs: [
    { name: "all-pass", files: cmake(add("adds", "true") + add("takes_away", "true")), expect: green(2) },
    {
      name: "some-skipped",
      files: cmake(
        `${add("adds", "true")}${add("waits", "sh -c [[exit 77]]")}set_tests_properties(waits PROPERTIES SKIP_RETURN_CODE 77)\n`,
      ),
      expect: green(1, 0, 1),
    },
    { name: "one-fails", files: cmake(add("adds", "true") + add("adds_wrongly", "false")), expect: red(1, 1) },
    {
      name: "all-skipped",
      files: cmake(`${add("waits", "sh -c [[exit 77]]")}set_tests_properties(waits PROPERTIES SKIP_RETURN_CODE 77)\n`),
      expect: none(0, 0, 1),
    },
    {
      name: "disabled",
      files: cmake(
        `${add("adds", "true")}${add("waits", "false")}set_tests_properties(waits PROPERTIES DISABLED TRUE)\n`,
      ),
      expect: green(1, 0, 1),
    },
    { name: "none-found", files: cmake(""), expect: none(0) },
    {
      name: "not-built",
      files: cmake(`${add("adds", "true")}${add("missing", "./no-such-program")}`),
      expect: { verdict: "failed" },
    },
    {
      name: "liar",
      files: cmake(
        `${add("waits", `sh -c [[printf '${LIE.replaceAll("%", "%%")}'; exit 77]]`)}set_tests_properties(waits PROPERTIES SKIP_RETURN_CODE 77)\n`,
      ),
      run: "cmake -S . -B build > /dev/null && ctest --test-dir build -V",
      expect: none(0, 0, 1),
    },
    { name: "crashes", files: cmake(add("adds", "true") + add("dies", "sh -c [[kill -SEGV $$]]")), expect: red(1, 1) },
    {
      name: "times-out",
      files: cmake(
        `${add("adds", "true")}${add("hangs", "sleep 20")}set_tests_properties(hangs PROPERTIES TIMEOUT 1)\n`,
      ),
      expect: red(1, 1),
    },
    { name: "syntax-error", files: { "CMakeLists.txt": "project(" }, expect: byExit },
  ],
};

const java = (name, body) => `package x;\nimport org.junit.*;\npublic class ${name} {\n${body}}\n`;
const javaPass =
  "  @Test public void adds() { Assert.assertEquals(2, 1 + 1); }\n  @Test public void takesAway() { Assert.assertEquals(2, 3 - 1); }\n";
const javaFail = "  @Test public void addsWrongly() { Assert.assertEquals(3, 1 + 1); }\n";
const javaSkip = '  @Ignore("later") @Test public void waits() { }\n';
const javaCases = (folder) => ({
  "all-pass": {
    files: {
      [`${folder}/SumTest.java`]: java("SumTest", javaPass),
      [`${folder}/MoreTest.java`]: java("MoreTest", javaPass + javaSkip),
    },
    expect: green(4, 0, 1),
  },
  "one-fails": {
    files: {
      [`${folder}/SumTest.java`]: java("SumTest", javaPass + javaFail),
      [`${folder}/MoreTest.java`]: java("MoreTest", javaPass + javaSkip),
    },
    expect: red(4, 1, 1),
  },
  error: {
    files: {
      [`${folder}/SumTest.java`]: java(
        "SumTest",
        `${javaPass}  @Test public void throwsOne() { throw new IllegalStateException("no"); }\n`,
      ),
    },
    expect: byExit,
  },
  "before-class": {
    files: {
      [`${folder}/SumTest.java`]: java(
        "SumTest",
        `  @BeforeClass public static void before() { throw new IllegalStateException("no"); }\n${javaPass}`,
      ),
    },
    expect: byExit,
  },
  "all-skipped": { files: { [`${folder}/SumTest.java`]: java("SumTest", javaSkip) }, expect: none(0, 0, 1) },
  "liar-skips": {
    files: {
      [`${folder}/SumTest.java`]: java(
        "SumTest",
        `  static { System.out.print(${JSON.stringify(LIE.replaceAll("\\n", "\n"))} + "Tests run: 12, Failures: 0, Errors: 0, Skipped: 0\\n[INFO] BUILD SUCCESS\\n"); }\n  @Test public void waits() { Assume.assumeTrue(false); }\n`,
      ),
    },
    expect: none(0, 0, 1),
  },
  "leaves-early": {
    files: { [`${folder}/SumTest.java`]: java("SumTest", "  @Test public void leaves() { System.exit(0); }\n") },
    expect: byExit,
  },
  "none-found": {
    files: { [`${folder}/Sum.java`]: "package x;\npublic class Sum { }\n" },
    expect: { verdict: "unreadable" },
  },
});
const settings =
  "<settings><localRepository>/usr/share/maven-repo</localRepository><offline>true</offline></settings>\n";
const surefire =
  "mkdir -p target/classes target/test-classes && javac -d target/test-classes -cp /usr/share/java/junit4.jar src/test/java/x/*.java && mvn -B -s settings.xml org.apache.maven.plugins:maven-surefire-plugin:2.22.3:test";
const maven = {
  runner: "maven",
  version:
    "ls /usr/share/java/junit4.jar /usr/share/maven-repo/org/apache/maven/plugins/maven-surefire-plugin/2.22.3 && echo 2.22.3 && mvn --version",
  label: "surefire-2.22.3",
  run: surefire,
  reports: { "target/surefire-reports/TEST-*.xml": "junit" },
  files: {
    "settings.xml": settings,
    "pom.xml":
      '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>x</groupId><artifactId>sum</artifactId><version>1</version><dependencies><dependency><groupId>junit</groupId><artifactId>junit</artifactId><version>4.x</version><scope>test</scope></dependency></dependencies></project>\n',
  },
  runs: [
    ...Object.entries(javaCases("src/test/java/x")).map(([name, one]) => ({ name, ...one })),
    {
      name: "tests-skipped",
      run: `${surefire} -DskipTests`,
      files: { "src/test/java/x/SumTest.java": java("SumTest", javaPass) },
      expect: none(0),
    },
  ],
};

const gradle = {
  runner: "gradle",
  version: "gradle --version 2>/dev/null | grep ^Gradle",
  run: "gradle --offline --no-daemon --console=plain test",
  env: { GRADLE_USER_HOME: "/tmp/holdfast-report-fixtures-gradle" },
  reports: { "build/test-results/test/TEST-*.xml": "junit" },
  files: {
    "build.gradle":
      "apply plugin: 'java'\ndependencies { testCompile files('/usr/share/java/junit4.jar', '/usr/share/java/hamcrest-core.jar') }\n",
    "settings.gradle": "rootProject.name = 'sum'\n",
  },
  runs: ["all-pass", "one-fails", "error", "all-skipped", "leaves-early"].map((name) => ({
    name,
    ...javaCases("src/test/java/x")[name],
    // Gradle 4 takes a test that leaves for one that ended.
    ...(name === "leaves-early" ? { expect: unknown } : {}),
  })),
};

export const other = [pytest(), pytest("8.4.2"), unittest, go, cargo, rspec, phpunit, exunit, ctest, maven, gradle];
