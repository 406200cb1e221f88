import Experiments
import Runs
import Testing

@Suite struct LauncherTests {
  private func arguments(
    _ text: String, starting path: String = "/bin/speedrun", slot: Int = 3, threads: Int = 8
  ) throws -> [String] {
    try Launcher(text).arguments(starting: path, ["trial", "muon-1"], slot: slot, threads: threads)
  }

  @Test func placeholdersAreReplacedAndTheCommandComesLast() throws {
    #expect(
      try arguments("env A={slot}.{slot} nice -n {threads}")
        == ["A=3.3", "nice", "-n", "8", "/bin/speedrun", "trial", "muon-1"])
    #expect(try arguments("env") == ["/bin/speedrun", "trial", "muon-1"])
    #expect(try Launcher("/usr/bin/env A=1").name == "env")
  }

  @Test func wordsAreThoseOfAShell() throws {
    #expect(
      try arguments(#"env 'A=1 2' "B='{slot}'" C=\ D"#).prefix(3) == ["A=1 2", "B='3'", "C= D"])
  }

  /// ssh gives its words to a shell on the other side; nobody else does.
  @Test func thePathIsQuotedForSsh() throws {
    let path = "/my programs/it's"
    #expect(try arguments("env", starting: path).first == path)
    #expect(
      try arguments("env ssh host{slot}", starting: path)
        == ["ssh", "host3", "'/my programs/it'\\''s'", "trial", "muon-1"])
    #expect(try arguments("env ssh host{slot}").contains("/bin/speedrun"))
  }

  @Test(arguments: [
    ("env A={slots}", "nothing replaces {slots}", "did you mean '{slot}'?"),
    ("env {}", "nothing replaces {}", "{threads}, {slot}"),
    ("no-such-launcher -n1", "no program 'no-such-launcher'", "PATH"),
    ("./no-such-launcher", "no program './no-such-launcher'", "current directory"),
    ("env 'A=1", "a quote has no end", "close it"), ("", "--launcher is empty", "srun"),
  ])
  func whatCannotBeIsSaid(_ text: String, _ message: String, _ hint: String) throws {
    let error = #expect(throws: UsageError.self) { try Launcher(text) }
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    #expect(error?.hint?.contains(hint) == true, "\(error?.hint ?? "")")
  }

  @Test func aPlaceThatLosesItsTrialsIsNotUsedAgain() {
    var slots = TrialSlots(2)
    #expect(slots.free == 0)
    slots.take(0)
    #expect(slots.free == 1)
    slots.release(0, isLost: true)
    #expect(slots.free == 1, "the more reliable one")
    slots.take(1)
    #expect(slots.free == 0, "once may be chance")
    slots.take(0)
    slots.release(0, isLost: true)
    #expect(slots.free == nil && !slots.areAllUnfit)
    slots.release(1, isLost: true)
    slots.release(1, isLost: false)
    slots.release(1, isLost: true)
    #expect(slots.free == 1, "not twice in a row")
    slots.release(1, isLost: true)
    #expect(slots.free == nil && slots.areAllUnfit)
  }

  @Test func aRecordDoesNotNameHosts() {
    let words = ["compare", "--launcher", "ssh alice{slot}", "--seeds", "3", "--launcher=ssh bob"]
    #expect(CommandText.recorded(words) == "speedrun compare --seeds 3")
    #expect(CommandText.text(words).contains("alice"))
    #expect(
      CommandText.recorded(["sweep", "--title", "--launcher", "x"]) == "speedrun sweep --title")
  }

  @Test func aLauncherMayHaveMoreCoresThanThisMachine() throws {
    let launcher = try Launcher("env")
    #expect(TrialRunner(parallel: 4, threads: 16, by: launcher, cores: 2).threads == 16)
    #expect(TrialRunner(parallel: 2, by: launcher, cores: 8).threads == 4)
    #expect(TrialRunner(parallel: 4, threads: 16, cores: 2).threads == 1)
  }
}
