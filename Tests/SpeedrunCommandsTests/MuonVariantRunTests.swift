import Autograd
import Foundation
import Muon
import Runs
import Testing

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
