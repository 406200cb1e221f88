import Autograd
import Experiments
import Foundation
import NanoGPT
import Runs
import Testing

@Suite struct PlanFileTests {
  /// A plan of two arms with five points each.
  static let text = """
    track = "micro"
    precision = "float32"
    seeds = [0]

    [[arms]]
    name = "adamw"
    optimizer = "adamw"
    set.steps = 20
    [[arms.stages]]
    name = "coarse"
    values.adamw.learning_rate = [0.01, 0.02]
    [[arms.stages]]
    name = "fine"
    factors.adamw.learning_rate = [0.5, 1]
    factors.adamw.weight_decay = [1, 2]

    [[arms]]
    name = "muon"
    optimizer = "muon"
    set = { steps = 20, "muon.scale" = "rms" }
    [[arms.stages]]
    name = "betas"
    values."embed.betas" = [[0.8, 0.95], [0.9, 0.99], [0, 0.5], [0.1, 0.5], [0.2, 0.5]]
    """

  static func plan(_ text: String = text) throws -> Request {
    try Request(plan: text, in: URL(fileURLWithPath: "/plans", isDirectory: true))
  }

  /// The arm of a plan that has one.
  static func stages(_ text: String) throws -> Arm { try plan(text).arms[0] }

  @Test func aPlanIsRead() throws {
    let plan = try Self.plan()
    #expect(plan.source.options == ["--track", "micro"])
    #expect(plan.seeds == [0])
    #expect(plan.arms.map(\.name) == ["adamw", "muon"])
    #expect(plan.arms[1].settings.map(\.text) == ["muon.scale=rms", "steps=20"])
    #expect(plan.arms[1].stages[0].keys == ["embed.betas"])
    #expect(plan.arms[1].stages[0].points(isFirst: true)[2].map(\.choice) == [.value("[0, 0.5]")])
    #expect(plan.arms.map { $0.trialCount(seeds: 1) } == [5, 5])
    #expect(plan.trialCount == 10)
  }

  @Test func severalSeedsAreAsManyTrials() throws {
    let plan = try Self.plan(Self.text.replacing("seeds = [0]", with: "seeds = [3, 1, 2]"))
    #expect(plan.seeds == [3, 1, 2])
    #expect(plan.trialCount == 30)
  }

  @Test func aTrackFileLiesBesideThePlan() throws {
    let error = #expect(throws: DataError.self) {
      try Self.plan(Self.text.replacing("track = \"micro\"", with: "track_file = \"my.toml\""))
    }
    #expect(error?.description.hasPrefix("/plans/my.toml: no such file") == true)
  }

  /// The point where every factor is 1 has been run already.
  @Test func aGridIsTheProductOfItsKeysWithoutItsCentre() throws {
    let stage = try Self.plan().arms[0].stages[1]
    let points = stage.points(isFirst: false)
    let text = points.map { $0.map { "\($0.key) \($0.choice)" }.joined(separator: ", ") }
    #expect(
      text == [
        "adamw.learning_rate factor(0.5), adamw.weight_decay factor(1.0)",
        "adamw.learning_rate factor(0.5), adamw.weight_decay factor(2.0)",
        "adamw.learning_rate factor(1.0), adamw.weight_decay factor(2.0)",
      ])
    // Where nothing was run before, nobody knows how good it is.
    let first = stage.points(isFirst: true)
    #expect(first.count == 4 && first[2].allSatisfy { $0.choice == .factor(1) })
  }

  /// A part of the plan replaced, and what the error must say.
  static let mistakes: [(part: String, replacement: String, said: String)] = [
    ("track = \"micro\"", "", "either 'track' or 'track_file'"),
    (
      "track = \"micro\"", "track = \"micro\"\ntrack_file = \"a\"", "either 'track' or 'track_file'"
    ),
    ("precision = \"float32\"", "precision = \"fp8\"", "float32 or bf16"),
    ("precision", "precison", "unknown key 'precison'"),
    ("seeds = [0]", "seeds = [0]\npurpose = \"speed\"", "purpose = 'speed': it must be"),
    ("seeds = [0]", "seeds = [0]\npurpose = \"lengths\"", "it must be search or batch"),
    ("seeds = [0]", "seeds = [0]\ntitle = 3", "title = 3: it must be a text"),
    ("seeds = [0]", "seeds = [1, 1]", "different whole numbers"),
    ("seeds = [0]", "seeds = [-1]", "none below 0"),
    ("seeds = [0]", "seeds = []", "seeds is empty"),
    ("seeds = [0]", "seeds = 0", "a list"),
    ("name = \"muon\"", "name = \"adamw\"", "two arms are called 'adamw'"),
    ("name = \"muon\"", "name = \"../muon\"", "letters"),
    ("name = \"muon\"", "", "the key 'arms[1].name' is missing"),
    (
      "optimizer = \"muon\"", "optimizer = \"no-such-rule\"",
      "no optimizer is called 'no-such-rule'"
    ),
    ("optimizer = \"muon\"", "", "the key 'arms[1].optimizer' is missing"),
    ("name = \"fine\"", "name = \"coarse\"", "two stages are called 'coarse'"),
    ("name = \"fine\"", "name = \"fine\"\nvalue.steps = [1]", "arm adamw: unknown key 'value'"),
    ("[0.5, 1]", "[0.5, -1]", "numbers above 0"),
    (
      "[0.5, 1]", "[\((1...2049).map(String.init).joined(separator: ", "))]",
      "more than 4096 combinations"
    ),
    (
      "factors.adamw.weight_decay = [1, 2]",
      "[[arms.stages]]\nname = \"again\"\nbest = 9223372036854775807\nseeds = [7, 8]",
      "best 9223372036854775807 is above 4096"
    ),
    ("[0.5, 1]", "[0.5, \"a\"]", "numbers above 0"),
    ("[0.01, 0.02]", "0.01", "stage coarse: values of adamw.learning_rate"),
    ("[0.01, 0.02]", "[0.01, 0.010]", "twice"),
    ("factors.adamw.weight_decay", "values.adamw.learning_rate", "both values and factors"),
    ("values.adamw.learning_rate = [0.01, 0.02]", "", "there is nothing to try"),
    ("seeds = [0]", "seeds = ", "not TOML"),
    ("seeds = [0]", "seeds = [0]\nseeds = [1]", "existing array 'seeds', at line 4"),
    ("seeds = [0]", "seeds = [0x]", "saw ']', at line 3"),
    ("[0.01, 0.02]", "[0.01, 0.02, 0.03]", "unequal numbers of trials: adamw 6, muon 5"),
    ("values.adamw.learning_rate", "values.adamw.learning_rat", "adamw.learning_rat: no such key"),
    ("factors.adamw.weight_decay", "factors.adamw.decay", "adamw.decay: no such key"),
    ("factors.adamw.weight_decay", "factors.adamw.betas", "it is not a number"),
    ("[0.01, 0.02]", "[0.01, \"fast\"]", "arm adamw, stage coarse"),
    ("[0.01, 0.02]", "[0.01, -0.02]", "learning_rate -0.02"),
    ("steps = 20,", "stesp = 4,", "did you mean 'steps'"),
  ]

  @Test(arguments: mistakes)
  func mistakesAreNamed(_ part: String, _ replacement: String, _ said: String) throws {
    let wrong = Self.text.replacing(part, with: replacement, maxReplacements: 1)
    try #require(wrong != Self.text, "\(part) is not in the plan")
    let error = #expect(throws: UsageError.self) { try Self.plan(wrong) }
    let text = [error?.message, error?.hint].compactMap { $0 }.joined(separator: "; ")
    #expect(text.contains(said), "\(text)")
  }

  @Test(arguments: ["kjv", "micro"])
  func theCommittedPlansAreFair(_ name: String) throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let plan = try Request(contentsOf: root.appendingPathComponent("results/sweeps/\(name).toml"))
    #expect(plan.arms.map(\.name) == ["adamw", "muon", "muon-rms"])
  }
}
