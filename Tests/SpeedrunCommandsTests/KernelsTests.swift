import Autograd
import Foundation
import Runs
import TestSupport
import Testing

extension CommandLineTests {
  /// Kernels of another processor's, chosen by option or environment.
  @Suite(.serialized) struct KernelsTests {
    /// Kernels that run here, each on whatever processor this is.
    static let supported = ProductKernels.allCases.filter(\.isSupported)

    @Test func whatIsNotThereIsAnErrorBeforeAnythingElse() throws {
      try withTool { tool in
        let unknown = try tool.run("run", "--kernels", "avx22")
        #expect(unknown.status == 64)
        #expect(
          unknown.complaints.map(String.init) == [
            "error: no kernels are called 'avx22'",
            "hint: did you mean 'avx2'? known: avx512, avx2, neon, openblas, portable",
          ])
        let foreign = try #require(ProductKernels.allCases.first { !$0.isSupported })
        let environment = [ProductKernels.variable: foreign.name]
        for run in [
          try tool.run("doctor", "--kernels", foreign.name),
          try tool.run(["compare"], environment: environment),
          try tool.run(["verify"], environment: environment),
        ] {
          #expect(run.status == 69)
          #expect(
            run.complaints.first == "error: this processor has no \(foreign.name) kernels")
          #expect(run.complaints.last?.hasSuffix("openblas, portable") == true)
        }
        // An option overrules the environment.
        #expect(
          try tool.run(["doctor", "--kernels", "openblas"], environment: environment).status == 0)
      }
    }

    @Test func kernelsWithoutBFloat16RefuseIt() throws {
      try withTool { tool in
        let run = try tool.run(
          "run", "--track", "micro", "--kernels", "portable", "--precision", "bf16")
        #expect(run.status == 64)
        #expect(run.complaints.first?.hasPrefix("error: --precision bf16: bf16 ") == true)
      }
    }

    /// Every family trains, says so in its record, and gives the same bits on one thread and on two.
    @Test(arguments: supported)
    func aRunIsByThoseThatWereAskedFor(kernels: ProductKernels) throws {
      try withTool { tool in
        let run = CommandLineTool.short + ["--kernels", kernels.name]
        for threads in ["1", "2"] {
          let outcome = try tool.run(run + ["--threads", threads, "--out", threads])
          #expect([0, 3].contains(outcome.status), "\(outcome.messages)")
          let record = try RunRecord(in: tool.directory.appendingPathComponent(threads))
          #expect(record.environment.products == kernels.rawValue)
        }
        let losses = try ["1", "2"].map { directory in
          try tool.lines(of: "\(directory)/log.jsonl").map {
            String($0.prefix { $0 != "," }) + ($0.firstMatch(of: /"(val_)?loss":[^,]+/)?.0 ?? "")
          }
        }
        #expect(losses[0] == losses[1] && losses[0].count > 2)
        let doctor = try tool.run("doctor", "--kernels", kernels.name).output
        #expect(doctor.contains("\(kernels.rawValue): float32"), "\(doctor)")
        #expect(doctor.contains("\(kernels.name); "), "\(doctor)")
      }
    }

    @Test func aRunGoesOnWithItsOwnKernelsOnly() throws {
      try withTool { tool in
        let run = ["--track", "micro", "--steps", "300", "--set", "val_tokens=512", "--quiet"]
        let begun = tool.process(run + ["--kernels", "portable", "--out", "run"])
        let log = tool.directory.appendingPathComponent("run/log.jsonl").path
        try begun.runAndWait {
          for _ in 0..<6000 where (FileManager.default.contents(atPath: log) ?? Data()).count < 2000
          {
            Thread.sleep(forTimeInterval: 0.005)
          }
          begun.interrupt()
        }
        try #require(begun.terminationStatus == 130)
        let resume = ["run", "--resume", "run", "--quiet", "--kernels"]
        let other = try tool.run(resume + ["openblas"])
        #expect(other.status == 64)
        #expect(
          other.messages.contains(
            "the matrix products are those of OpenBLAS, and were own, portable C"),
          "\(other.messages)")
        let same = try tool.run(resume + ["portable"])
        #expect([0, 3].contains(same.status), "\(same.messages)")
      }
    }

    /// The runs of a comparison are processes of their own.
    @Test func theChoiceReachesTrials() throws {
      try withTool { tool in
        let compare = CompareTests.small + ["--seeds", "2", "--quiet"]
        #expect([0, 5].contains(try tool.run(compare + ["--kernels", "portable"]).status))
        let records = try FileManager.default.subpathsOfDirectory(atPath: tool.directory.path)
          .filter { $0.hasSuffix("-seed1/run.json") }
        #expect(records.count >= 2)
        for record in records {
          let text = try tool.lines(of: record).joined()
          #expect(text.contains("own, portable C"), "\(record)")
        }
      }
    }

    @Test func chosenKernelsAreMeasuredAgainstThemselves() throws {
      try withTool { tool in
        let run = try tool.run(BenchmarkTests.small + ["--kernels", "portable"])
        #expect(run.status == 0, "\(run.messages)")
        #expect(run.output.contains("of the matrix products of portable"), "\(run.output)")
      }
    }
  }
}
