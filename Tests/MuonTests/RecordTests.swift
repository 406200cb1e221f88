import Autograd
import Foundation
import Muon
import Testing

@Suite struct RecordTests {
  private let muon = Muon(
    learningRate: 0.02, weightDecay: 0.01, momentum: 0.95,
    momentumWarmup: MomentumWarmup(from: 0.85, steps: 50), scale: .rms,
    newtonSchulz: .polarExpress)

  private func object(_ record: GroupRecord) throws -> [String: Any] {
    let value = try JSONSerialization.jsonObject(with: JSONEncoder().encode(record))
    return try #require(value as? [String: Any])
  }

  @Test func muonGroupIsWrittenOut() throws {
    let record = try object(
      GroupRecord(name: "hidden", parameters: ["a", "b"], rule: NamedRule(muon)))
    #expect(
      record.keys.sorted() == [
        "learning_rate", "momentum", "momentum_warmup", "name", "newton_schulz",
        "newton_schulz_precision", "parameters",
        "rule", "scale", "weight_decay",
      ])
    #expect(record["rule"] as? String == "muon")
    #expect(record["name"] as? String == "hidden")
    #expect(record["parameters"] as? [String] == ["a", "b"])
    #expect(record["learning_rate"] as? Double == 0.02)
    #expect(record["momentum"] as? Double == 0.95)
    #expect(record["scale"] as? String == "rms")
  }

  @Test func adamWGroupIsWrittenOut() throws {
    let record = try object(
      GroupRecord(name: "head", parameters: ["head.weight"], rule: NamedRule(plainAdamW)))
    #expect(
      record.keys.sorted() == [
        "betas", "epsilon", "learning_rate", "name", "parameters", "rule", "weight_decay",
      ])
    #expect(record["rule"] as? String == "adamw")
    #expect(record["betas"] as? [Double] == [0.9, 0.95])
    #expect(record["epsilon"] as? Double == 1e-10)
  }

  @Test func groupsRoundTrip() throws {
    let records = [
      GroupRecord(name: "hidden", parameters: ["a"], rule: NamedRule(muon)),
      GroupRecord(name: "head", parameters: [], rule: NamedRule(plainAdamW)),
    ]
    let copy = try JSONDecoder().decode(
      [GroupRecord].self, from: try JSONEncoder().encode(records))
    #expect(copy == records)
    var changed = muon
    changed.learningRate = 0.03
    #expect(NamedRule(changed) != NamedRule(muon) && NamedRule(muon) != NamedRule(plainAdamW))
    #expect(copy[0].rule.rule as? Muon == muon)
  }

  @Test func aGroupDescribesItself() {
    let scope = ParameterScope(seed: 1)
    let parameters = [scope.parameter("b", [2, 2], .zeros), scope.parameter("a", [2, 2], .zeros)]
    let record = ParameterGroup("g", parameters, rule: plainAdamW).record
    #expect(
      record == GroupRecord(name: "g", parameters: ["b", "a"], rule: NamedRule(plainAdamW)))
  }

  @Test func schedulesRoundTrip() throws {
    let schedule = Schedule(warmupSteps: 20, cooldown: 0.6)
    let data = try JSONEncoder().encode(schedule)
    #expect(try JSONDecoder().decode(Schedule.self, from: data) == schedule)
    #expect(String(decoding: data, as: UTF8.self).contains(#""warmup_steps":20"#))
  }

  @Test func unknownRulesAndWrongBetasAreErrors() {
    let unknown = #"{"rule": "no-such-rule", "learning_rate": 1}"#
    let betas =
      #"{"rule": "adamw", "learning_rate": 1, "betas": [0.9], "epsilon": 1, "weight_decay": 0}"#
    for text in [unknown, betas] {
      #expect(throws: DecodingError.self) {
        try JSONDecoder().decode(NamedRule.self, from: Data(text.utf8))
      }
    }
  }
}
