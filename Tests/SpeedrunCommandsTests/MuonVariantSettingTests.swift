import Autograd
import Foundation
import Muon
import Runs
import SpeedrunCommands
import Testing

/// The variants of Muon, as they are set on the command line.
@Suite struct MuonVariantSettingTests {
  private static let usual = TrackDefinition.micro.recipes["muon"]?.muon

  private func muon(_ settings: String...) throws -> Muon {
    let file = try TrackDefinition.micro.applying(try settings.map { try Setting($0) }, for: "muon")
    #expect(try TrackDefinition(toml: file.toml()) == file)
    return try #require(file.recipes["muon"]?.muon)
  }

  @Test func everyVariantCanBeSet() throws {
    #expect(try muon("muon.nesterov=false").nesterov == false)
    #expect(try muon("muon.decay=coupled").decay == .coupled)
    #expect(try muon("muon.orthogonalization=svd").orthogonalization == .singularValues)
    #expect(try muon("muon.momentum=0").momentum == 0)
    #expect(try muon("muon.weight_decay=0").weightDecay == 0)
    #expect(try muon("muon.scale=rms").scale == .rms)
    for (name, set) in NewtonSchulz.named {
      #expect(try muon("muon.newton_schulz=\(name)").newtonSchulz == set)
    }
    let own = try muon("muon.newton_schulz.coefficients=[[2, -1.5, 0.5]]")
    #expect(own.newtonSchulz == .convergent(steps: 1))
  }

  @Test func theUsualOnesCanBeSaidOrLeftOut() throws {
    let said = try muon(
      "muon.nesterov=true", "muon.decay=decoupled", "muon.orthogonalization=newton-schulz")
    #expect(said == Self.usual)
    let text = try TrackDefinition.micro.toml()
    for key in ["nesterov", "\ndecay", "orthogonalization"] { #expect(!text.contains(key)) }
  }

  static let mistakes = [
    ("muon.nesterov=1", "true or false"), ("muon.decay=none", "decoupled or coupled"),
    ("muon.orthogonalization=exact", "newton-schulz or svd"),
    ("muon.newton_schulz=jordon", "jordan or polar-express or convergent"),
    ("muon.momentum=1", "momentum 1.0 is not in 0..<1"), ("muon.nestrov=true", "no such key"),
  ]

  @Test(arguments: mistakes)
  func mistakesAreNamed(setting: String, said: String) throws {
    let error = #expect(throws: UsageError.self) {
      try TrackDefinition.micro.applying([try Setting(setting)], for: "muon")
    }
    #expect(error?.message.contains(said) == true, "\(error?.message ?? "none")")
  }
}

extension CommandLineTests {
  @Suite(.serialized) struct MuonVariantRunTests {
    @Test func variantsAreUsedAndRecorded() throws {
      try withTool { tool in
        let variants = [
          "muon.momentum=0.95", "muon.nesterov=false", "muon.decay=coupled",
          "muon.orthogonalization=svd", "muon.momentum=0", "muon.newton_schulz=polar-express",
          "muon.newton_schulz=convergent",
        ]
        var losses: [Double] = []
        for variant in variants {
          let run = try tool.run(
            CommandLineTool.short + ["--json", "--no-save", "--set", "muon.weight_decay=0.1"]
              + ["--set", variant])
          #expect(run.status == 0, "\(run.messages)")
          let record = try JSONDecoder().decode(RunRecord.self, from: Data(run.output.utf8))
          let file = try TrackDefinition.micro.applying(
            [Setting("muon.weight_decay=0.1"), Setting(variant)], for: "muon")
          #expect(record.configuration.groups[0].rule.rule as? Muon == file.recipes["muon"]?.muon)
          #expect(
            record.result.newtonSchulzCalls == (variant.hasSuffix("svd") ? 0 : 4 * 12), "\(variant)"
          )
          losses.append(try #require(record.result.finalValLoss))
        }
        #expect(Set(losses).count == variants.count, "\(losses)")
        // Only their rounding separates the exact polar factor from an iteration that arrives there.
        #expect(abs(losses[3] - losses[6]) < 0.1 * abs(losses[3] - losses[0]), "\(losses)")
      }
    }
  }
}
