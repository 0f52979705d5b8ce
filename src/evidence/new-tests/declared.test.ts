import { describe, expect, test } from "vitest";
import { assertsAnew, declaredTests, isNamed } from "./declared.ts";

const added = (path: string, text: string, before = "") =>
  declaredTests([{ path, text: before }], [{ path, text }])
    .filter(({ isAdded }) => isAdded)
    .map(({ name, asserts }) => `${name}${asserts ? "" : ": nothing"}`);

describe("tests that a file declares", () => {
  test.each([
    [
      "a.test.js",
      'test("adds", () => {\n  assert.equal(1, 1);\n});\nit("is empty", () => {});',
      ["adds", "is empty: nothing"],
    ],
    ["a.test.ts", 'describe("x", () => {\n  it.only(\n    "adds",\n    () => expect(1).toBe(1));\n});', ["adds"]],
    [
      "test_a.py",
      "def test_adds():\n    assert 1\n\nasync def test_none():\n    pass\n",
      ["test_adds", "test_none: nothing"],
    ],
    ["a_test.go", 'func TestAdd(t *testing.T) {\n\tif 1 != 1 { t.Errorf("no") }\n}\n', ["TestAdd"]],
    ["lib.rs", "#[test]\nfn adds() {\n    assert_eq!(1, 1);\n}\n#[test]\nfn none() {}\n", ["adds", "none: nothing"]],
    ["ATest.java", "@Test\nvoid adds() { assertEquals(1, 1); }\n@Test void none() {}\n", ["adds", "none: nothing"]],
    ["a_spec.rb", 'it "adds" do\n  expect(1).to eq 1\nend\n', ["adds"]],
    ["ATest.php", "public function testAdds() { $this->assertSame(1, 1); }", ["testAdds"]],
  ])("are found in %s with what they assert", (path, text, expected) => {
    expect(added(path, text)).toEqual(expected);
  });

  test.each([
    ["comments", '// test("adds", () => { assert.ok(1); });\n/* it("x", () => expect(1)); */'],
    ["strings that speak of a test", "const text = 'test(\"adds\", () => assert.ok(1))';".replace('"adds"', "adds")],
    ["describe alone", 'describe("adds", () => { expect(1).toBe(1); });'],
  ])("are not %s", (_what, text) => {
    expect(added("a.test.js", text)).toEqual([]);
  });

  test("assert nothing where only a comment or a string says so, or the import", () => {
    const text = 'const assert = require("assert");\ntest("a", () => {\n  // assert.ok(1)\n  log("expect(1)");\n});';
    expect(added("a.test.js", text)).toEqual(["a: nothing"]);
  });

  test("are new only on new lines: not what stood there, and not what moved to another file", () => {
    const old = 'test("adds", () => {\n  assert.ok(1);\n});\n';
    expect(added("a.test.js", `${old}test("more", () => assert.ok(1));\n`, old)).toEqual(["more"]);
    const moved = declaredTests([{ path: "a.test.js", text: old }], [{ path: "b.test.js", text: old }]);
    expect(moved.filter(({ isAdded }) => isAdded)).toEqual([]);
    expect(assertsAnew([{ path: "a.test.js", text: old }], [{ path: "a.test.js", text: old }], "a.test.js")).toBe(
      false,
    );
  });
});

test.each([
  ["sums > adds", "adds", true],
  ["tests/test_a.py::test_adds[1-2]", "test_adds", true],
  ["mod::tests::adds", "adds", true],
  ["readds", "adds", false],
  ["adds", "", false],
])("whether %j is the test %j: %j", (reported, declared, expected) => {
  expect(isNamed(reported, declared)).toBe(expected);
});
