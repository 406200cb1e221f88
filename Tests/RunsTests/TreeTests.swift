import Foundation
import Runs
import Testing
import Text

@Suite struct TreeTests {
  private static let toml = """
    name = "a"
    whole = 3
    real = 3.0
    list = [1, [2.5, "x"]]
    on = true
    [table.inner]
    key = 1e-10
    """

  @Test func tomlKeepsWholeAndFloatingPointNumbersApart() throws {
    let tree = try Tree(toml: Self.toml)
    #expect(tree[["name"]] == .string("a"))
    #expect(tree[["whole"]] == .integer(3) && tree[["real"]] == .number(3))
    #expect(tree[["list"]] == .array([.integer(1), .array([.number(2.5), .string("x")])]))
    #expect(tree[["on"]] == .bool(true))
    #expect(tree[["table", "inner", "key"]] == .number(1e-10))
    #expect(tree[["table", "none", "key"]] == nil && tree[["name", "key"]] == nil)
    #expect(tree[["whole"]]?.number == 3 && tree[["real"]]?.number == 3)
  }

  @Test func whatIsWrittenIsReadBack() throws {
    let tree = try Tree(toml: Self.toml)
    #expect(
      tree.toml == """
        list = [1, [2.5, "x"]]
        name = "a"
        on = true
        real = 3.0
        whole = 3

        [table.inner]
        key = 1e-10

        """)
    let strange = Tree.object([
      "a key": .string("a \"quoted\" \\ text\n\t\u{1} \u{7F} é"), "": .integer(.min),
      "é": .object([:]),
      "numbers": .array([
        .number(-0.0), .number(.infinity), .number(-.infinity), .number(.leastNonzeroMagnitude),
        .number(1e300),
      ]),
      "b.c": .object([
        "d": .object(["e": .bool(false)]), "f": .array([.object(["g": .integer(1)])]),
      ]),
    ])
    for tree in [tree, strange] { #expect(try Tree(toml: tree.toml) == tree) }
  }

  @Test(arguments: ["a = ", "[a", "a = 1\na = 2", "= 1"])
  func whatIsNoTOMLIsSaidWithItsPlace(_ text: String) {
    let error = #expect(throws: UsageError.self) { try Tree(toml: text) }
    #expect(error?.message.hasPrefix("not TOML: ") == true)
    #expect(error?.message.contains("line") == true, "\(error?.message ?? "none")")
  }

  @Test func settingAValueMakesTheTablesOnTheWay() throws {
    var tree = try Tree(toml: Self.toml)
    tree[["table", "inner", "key"]] = .integer(1)
    tree[["new", "deep", "key"]] = .bool(false)
    tree[["name"]] = nil
    #expect(
      tree.leaves.map(\.key) == ["list", "new.deep.key", "on", "real", "table.inner.key", "whole"])
    #expect(tree[["new", "deep"]] == .object(["key": .bool(false)]))
  }

  @Test func anUnknownKeyIsFoundAtAnyDepth() throws {
    let template = try Tree(toml: Self.toml)
    #expect(try Tree(toml: "whole = 1\ntable.inner.key = 2").unknownKey(in: template) == nil)
    let unknown = try #require(
      try Tree(toml: "table.inner.kye = 2").unknownKey(in: template))
    #expect(unknown.path == ["table", "inner", "kye"] && unknown.allowed == ["key"])
  }

  @Test func jsonSurvives() throws {
    let text = #"{"a":[1,2.5,"x",null,true,{"b":-3}],"c":1e-10}"#
    let tree = try JSON.decoded(Tree.self, from: Array(text.utf8))
    #expect(try JSON.line(tree) == text)
    #expect(tree[["a"]]?.array?[3] == .null)
  }

  private struct Value: Codable, Equatable {
    var count: Int
    var share: Double
    var names: [String]
    var inner: [String: Bool]?
  }

  /// A value with every key there is.
  private static let template: Tree = .object([
    "count": .integer(1), "share": .number(1), "names": .array([]),
    "inner": .object(["a": .bool(true)]),
  ])

  /// TOML of a value, and what the error must say.
  static let mistakes: [(toml: String, said: String)] = [
    ("share = 1\nnames = []", "the key 'count' is missing"),
    ("count = 1.5\nshare = 1\nnames = []", "count = 1.5: it must be a whole number"),
    ("count = \"many\"\nshare = 1\nnames = []", "count = \"many\": it must be a whole number"),
    ("count = 1\nshare = true\nnames = []", "share = true: it must be a number"),
    ("count = 1\nshare = 1\nnames = \"a\"", "names = \"a\": it must be a list in brackets"),
    ("count = 1\nshare = 1\nnames = [1]", "it must be a text in quotes"),
    ("count = 1\nshare = 1\nnames = []\ninner = 3", "inner = 3: it must be a table"),
    ("count = 1\nshare = 1\nnames = []\ninner.a = 1", "inner.a = 1: it must be true or false"),
  ]

  @Test(arguments: mistakes.indices)
  func whatCannotBeDecodedIsNamed(_ index: Int) throws {
    let (toml, said) = Self.mistakes[index]
    let error = #expect(throws: UsageError.self) {
      try Tree(toml: toml).decoded(Value.self, like: Self.template)
    }
    #expect(error?.message.contains(said) == true, "\(error?.message ?? "none")")
  }

  @Test func aWholeNumberMayStandForAnother() throws {
    let value = try Tree(toml: "count = 1\nshare = 3\nnames = [\"a\"]").decoded(Value.self)
    #expect(value == Value(count: 1, share: 3, names: ["a"], inner: nil))
  }
}

@Suite struct SettingTests {
  @Test(arguments: ["steps", "=3", "", "steps="])
  func otherTextsAreRefused(_ text: String) {
    #expect(throws: UsageError.self) { try Setting(text) }
  }

  @Test func aValueMayHaveAnEqualsSign() throws {
    let setting = try Setting("name=a=b")
    #expect(setting.key == "name" && setting.value == "a=b" && setting.text == "name=a=b")
  }

  @Test func settingsArePastedAsTheyAre() throws {
    let settings = [("steps", "200"), ("muon.scale", "rms"), ("embed.betas", "[0.8, 0.95]")]
      .map { Setting(key: $0, value: $1) }
    #expect(
      settings.map(\.option)
        == ["--set steps=200", "--set muon.scale=rms", "--set 'embed.betas=[0.8, 0.95]'"])
    #expect(
      settings.map(\.toml) == ["steps = 200", "muon.scale = \"rms\"", "embed.betas = [0.8, 0.95]"])
  }

  @Test func numbersAreShort() {
    #expect(
      [3, 0.5, 1e-10, 1e15, 1e39].map { Setting.text(of: $0) } == [
        "3", "0.5", "1e-10", "1000000000000000.0", "1e+39",
      ])
    #expect(Setting.product(20, 0.33, isWhole: true) == "7")
    #expect(Setting.product(0.016, 0.3333, isWhole: false) == "0.005333")
    #expect(Setting.product(1e39, 1, isWhole: false) == "1e+39")
    #expect(Setting.product(1e300, 1e300, isWhole: true) == "inf")
    #expect(Setting.numbers(in: "[0.8, 0.95]") == [0.8, 0.95])
    #expect(Setting.numbers(in: "3") == [3])
    #expect(Setting.numbers(in: "rms").isEmpty && Setting.numbers(in: "[1, x]").isEmpty)
  }
}
