import Autograd
import Muon
import Runs
import Testing

@Suite struct TrackDefinitionTests {
  @Test(arguments: Registry.builtIn.tracks)
  func tracksSurviveTOML(_ file: TrackDefinition) throws {
    #expect(try TrackDefinition(toml: file.toml()) == file)
  }

  @Test func everyHyperparameterSurvivesTOML() throws {
    var file = TrackDefinition.micro
    file.track.target = nil
    file.track.textSHA256 = "0.50000"
    file.track.accumulation = 2
    file.recipes["adamw"] = nil
    file.recipes["muon"]?.muon = Muon(
      learningRate: 1.0 / 3, weightDecay: 0.1, momentum: 0.9,
      momentumWarmup: MomentumWarmup(from: 0.85, steps: 30), scale: .rms,
      newtonSchulz: .polarExpress)
    #expect(try TrackDefinition(toml: file.toml()) == file)
  }

  @Test func settingsReachTheRecipeBeforeTheTrack() throws {
    let settings = try [
      "steps=7", "muon.learning_rate=1", "muon.scale=rms", "muon.newton_schulz=convergent",
      "embed.betas=[0, 0.5]", "model.layers=3", "target=2", "name=mine",
    ].map { try Setting($0) }
    let changed = try TrackDefinition.kjv.applying(settings, for: "muon")
    let recipe = try #require(changed.recipes["muon"])
    #expect(recipe.steps == 7)
    #expect(recipe.muon?.learningRate == 1)
    #expect(recipe.muon?.scale == .rms)
    #expect(recipe.muon?.newtonSchulz == .convergent)
    #expect(recipe.embed.beta1 == 0)
    #expect(changed.track.model.layers == 3)
    #expect(changed.track.target == 2)
    #expect(changed.track.name == "mine")
    #expect(changed.recipes["adamw"] == TrackDefinition.kjv.recipes["adamw"])
  }

  /// A line of the micro track replaced, and what the error must say.
  static let mistakes: [(line: String, replacement: String, said: String)] = [
    ("batch = 8", "bacth = 16", "unknown key 'track.bacth'"),
    ("batch = 8", "batch = \"many\"", "a whole number"),
    ("batch = 8", "batch = 1.5", "a whole number"),
    ("batch = 8", "", "the key 'track.batch' is missing"),
    ("batch = 8", "batch = ", "not TOML"),
    ("batch = 8", "batch = 8\nbatch = 16", "existing integer 'batch', at line"),
    ("batch = 8", "batch = 8x", "'8x' is neither a number nor a text in quotes, at line"),
    ("batch = 8", "batch = 8\naccumulation = 3", "accumulation 3 does not divide the batch of 8"),
    ("batch = 8", "batch = 8\naccumulation = 0", "accumulation 0 is not at least 1"),
    ("corpus = 'micro'", "corpus = 3", "a text in quotes"),
    ("momentum = 0.95", "momentum = 2", "momentum 2.0 is not in 0..<1"),
    ("scale = 'spectral'", "scale = 'big'", "spectral or rms"),
    ("scale = 'spectral'", "scael = 'rms'", "recipes.muon.muon.scael"),
    ("heads = 2", "heads = 7", "7 heads"),
    ("warmup_steps = 20", "warmup_steps = -1", "warmup_steps -1"),
    ("betas = [0.9, 0.95]", "betas = [0.9]", "1 betas"),
    ("betas = [0.9, 0.95]", "betas = 0.9", "a list"),
  ]

  @Test(arguments: mistakes)
  func mistakesAreNamed(_ line: String, _ replacement: String, _ said: String) throws {
    let toml = try TrackDefinition.micro.toml().replacing("\"", with: "'")
    let wrong = toml.replacing("\n\(line)\n", with: "\n\(replacement)\n", maxReplacements: 1)
    try #require(wrong != toml, "\(line) is not in the file")
    let error = #expect(throws: UsageError.self) { try TrackDefinition(toml: wrong) }
    #expect(error?.message.contains(said) == true, "\(error?.message ?? "none")")
  }

  @Test func unknownKeysComeWithTheAllowedOnes() throws {
    let toml = try TrackDefinition.kjv.toml().replacing("\nbatch = 16\n", with: "\nbacth = 16\n")
    let error = #expect(throws: UsageError.self) { try TrackDefinition(toml: toml) }
    let hint = try #require(error?.hint)
    #expect(hint.contains("did you mean 'batch'?") && hint.contains("val_tokens"))
  }
}

@Test(arguments: [(nil, 4), (1, 4), (2, 4), (4, 2), (8, 1)])
func aPartHasNoMoreLanesThanSequences(_ accumulation: Int?, _ lanes: Int) {
  var track = TrackDefinition.micro.track
  track.accumulation = accumulation
  #expect(track.lanesSideBySide == lanes, "of 4, with a batch of 8")
}

@Test func validationsAreDenseInTheLastFifth() {
  var track = TrackDefinition.micro.track
  (track.valEvery, track.valEveryLate) = (20, 5)
  let steps = (0...52).filter { track.validates(at: $0, of: 52) }
  #expect(steps == [0, 20, 40, 45, 50, 52])
  track.valEveryLate = nil
  #expect((0...52).filter { track.validates(at: $0, of: 52) } == [0, 20, 40, 52])
}
