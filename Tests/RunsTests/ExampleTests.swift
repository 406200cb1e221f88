import Muon
import Runs
import TestSupport
import Testing

@Suite struct ExampleTests {
  @Test func aTrackIsChangedAndReadBack() throws {
    var definition = TrackDefinition.kjv
    definition.track.target = 2.9
    definition.recipes["muon"]?.steps = 150
    let text = try definition.toml()
    let same = try TrackDefinition(toml: text)
    let rule = same.recipes["muon"]?.hidden.rule as? Muon
    print(same.track.title, rule?.learningRate ?? 0)

    #expect(same == definition && rule?.learningRate == 0.05)
    #expect(same.track.target == 2.9 && same.recipes["muon"]?.steps == 150)
    try expectExample(of: "Runs")
  }
}
