import Autograd
import Foundation
import Report
import Runs
import TestSupport
import Testing
import Text

extension CommandLineTests {
  @Suite struct LivePageTests {
    private static let loud = CommandLineTool.short.filter { $0 != "--quiet" }

    @Test func aRunLeavesItsPage() throws {
      try withTool { tool in
        let run = try tool.run(Self.loud + ["--out", "run"])
        #expect(run.status == 0, "\(run.messages)")
        let first = try #require(
          run.messages.split(separator: "\n").first { $0.hasPrefix("page: ") })
        #expect(first == "page: run/live.html")
        let page = try tool.text(of: "run/live.html")
        #expect(page.contains("muon on micro-changed: finished"))
        #expect(page.contains("<svg") && page.contains("learning rate"))
        #expect(page.contains("What it writes") && page.contains("<blockquote>"))
        // It has ended, so there is nothing to wait for; and nothing is fetched or run.
        for word in ["http-equiv", "<script", "src=", "<link"] {
          #expect(!page.contains(word), "\(word)")
        }
        #expect(tool.contents(of: "run").allSatisfy { !$0.hasSuffix(".partial") })
      }
    }

    /// A page that an earlier start of a run left is none of the next.
    @Test func aQuietRunHasNoPage() throws {
      try withTool { tool in
        let loud = try tool.run(Self.loud + ["--out", "run"])
        #expect(loud.status == 0 && tool.contents(of: "run").contains("live.html"))
        let quiet = try tool.run(CommandLineTool.short + ["--out", "run"])
        #expect(quiet.status == 0, "\(quiet.messages)")
        #expect(!tool.contents(of: "run").contains("live.html"))
      }
    }

    @Test func whileARunGoesOnItsPageIsLookedAtAgain() throws {
      try withTool { tool in
        let process = tool.process([
          "--track", "micro", "--steps", "100000", "--set", "val_tokens=512", "--out", "run",
        ])
        var pages: [String] = []
        try process.runAndWait {
          while pages.isEmpty, process.isRunning {
            if let page = try? tool.text(of: "run/live.html") { pages.append(page) }
            Thread.sleep(forTimeInterval: 0.02)
          }
          process.interrupt()
        }
        let page = try #require(pages.first)
        #expect(page.contains(#"http-equiv="refresh""#) && page.hasSuffix("</html>\n"))
        #expect(page.contains("<svg") && page.contains("learning rate"))
        let last = try tool.text(of: "run/live.html")
        #expect(!last.contains("http-equiv") && last.contains("interrupted after"))
      }
    }

    /// A log that no longer fits on the disk ends a run, and its page says so instead of waiting for news.
    @Test func thePageOfARunThatFailsSaysWhy() throws {
      try withTool { tool in
        _ = try tool.run("prepare", "--corpus", "micro")
        let run = try tool.run(
          ["--track", "micro", "--steps", "3000", "--set", "val_tokens=512", "--no-checkpoint"]
            + ["--out", "run"], fileSizeLimit: 48)
        #expect(run.status == 74, "\(run.messages)")
        let page = try tool.text(of: "run/live.html")
        #expect(page.contains("it ended by an error: ") && page.contains("run/log.jsonl"))
        #expect(!page.contains("http-equiv"))
      }
    }

    /// A sweep or a comparison that is interrupted can go on, and its page waits for no news meanwhile.
    @Test func thePageOfAnInterruptedComparisonSaysHowToGoOn() throws {
      try withTool { tool in
        let long = CompareTests.small.map { $0 == "steps=8" ? "steps=100000" : $0 }
        let process = tool.process(long + ["--seeds", "3"])
        try process.runAndWait {
          for _ in 0..<2000 where !tool.contents(of: "runs/slow-seed0").contains("log.jsonl") {
            Thread.sleep(forTimeInterval: 0.01)
          }
          process.interrupt()
        }
        #expect(process.terminationStatus == 130)
        let page = try tool.text(of: "runs/live.html")
        #expect(page.contains("0 of 6 runs have ended: interrupted; the same command goes on"))
        #expect(!page.contains("http-equiv"))
      }
    }

    /// No record says anything of the page in its directory.
    @Test func aComparisonHasAPageThatIsNoPartOfItsRecord() throws {
      try withTool { tool in
        let compared = try tool.run(CompareTests.small + ["--seeds", "3"])
        #expect(compared.status == 0, "\(compared.messages)")
        #expect(compared.messages.contains("page: runs/live.html\n"))
        let page = try tool.text(of: "runs/live.html")
        #expect(page.contains("runs: a comparison") && page.contains("On micro-changed, muon"))
        #expect(page.contains(">slow</text>") && !page.contains("http-equiv"))
        let verified = try tool.run("verify", "runs")
        #expect(verified.status == 0, "\(verified.output)")
        // Runs of a comparison are quiet.
        #expect(!tool.contents(of: "runs/muon-seed0").contains("live.html"))
      }
    }

    @Test func aSweepHasAPage() throws {
      try withTool { tool in
        try Data(SweepCommandTests.plan.utf8).write(
          to: tool.directory.appendingPathComponent("plan.toml"))
        let swept = try tool.run(SweepCommandTests.arguments)
        #expect(swept.status == 0, "\(swept.messages)")
        let page = try tool.text(of: "sweep/live.html")
        #expect(page.contains("sweep: a sweep") && page.contains("Best so far"))
        #expect(page.contains("All 12 runs have ended.") && page.contains("learning_rate="))
        #expect(try tool.run("verify", "sweep").status == 0)
      }
    }

    @Test func aPageThatCannotBeWrittenStopsNothing() throws {
      try withTool { tool in
        // The page gets its name from this one, which is a directory here.
        let partial = tool.directory.appendingPathComponent("run/.live.html.partial/x")
        try FileManager.default.createDirectory(at: partial, withIntermediateDirectories: true)
        let run = try tool.run(Self.loud + ["--out", "run"])
        #expect(run.status == 0, "\(run.messages)")
        #expect(tool.contents(of: "run").contains("run.json"))
      }
    }
  }
}

@Suite struct RunPageTests {
  private static func page() throws -> RunPage {
    let plan = try RunPlan(
      .kjv, "muon", settings: [], seed: 0, precision: .float32)
    return RunPage(plan, routes: Table(["wte"], [.left("parameter") { $0 }]))
  }

  @Test func aRunThatHasJustBegunHasAPage() throws {
    let html = try Self.page().html(now: "It begins.", secondsToReload: 3)
    #expect(html.contains(#"<meta http-equiv="refresh" content="3">"#))
    #expect(html.contains("No loss is known yet.") && html.contains("wte"))
  }

  @Test func aPageStaysSmallAndShowsTheTarget() throws {
    var page = try Self.page()
    var sizes: [Int] = []
    page.validated(step: 0, loss: 9)
    for step in 0..<5000 {
      page.trained(step: step, loss: 3 + 3 / Double(step + 1), seconds: 0.1)
      if step.isMultiple(of: 100) { page.validated(step: step + 1, loss: 3.1) }
      if step == 200 || step == 4999 {
        sizes.append(try page.html(now: "", secondsToReload: 3).utf8.count)
      }
    }
    #expect(sizes[1] < 2 * sizes[0], "\(sizes)")
    let html = try page.html(now: "Step <5000>", secondsToReload: 3)
    #expect(html.contains("target 2.850") && html.contains("mean over"))
    #expect(html.contains("Step &lt;5000&gt;"))
  }

  @Test func lossesThatAreNoNumbersLeaveThePageWhole() throws {
    var page = try Self.page()
    page.trained(step: 0, loss: .nan, seconds: 0.1)
    page.validated(step: 1, loss: .infinity)
    let html = try page.html(ended: "diverged", facts: [("in all", "1 s")])
    #expect(html.contains("diverged") && !html.contains("nan\"") && html.contains("in all"))
  }
}
