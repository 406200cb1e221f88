import Dispatch
import Foundation
import Machine
import Testing

@Suite(.serialized) struct CompanionsTests {
  private func sleeper() throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sleep")
    process.arguments = ["30"]
    try process.run()
    return process
  }

  @Test func oneThatIsKilledIsNoticed() throws {
    Companions.listen()
    let (first, second) = (try sleeper(), try sleeper())
    defer { first.terminate() }
    let (noticed, number) = (DispatchSemaphore(value: 0), second.processIdentifier)
    #expect(Companions.isThere(number))
    Companions.watch([first.processIdentifier, number]) { process in
      if process == number { noticed.signal() }
    }
    kill(number, SIGKILL)
    #expect(noticed.wait(timeout: .now() + 10) == .success)
    #expect(!Companions.isThere(number))
  }

  @Test func oneThatHasToldOfItsEndIsNoLoss() throws {
    Companions.listen()
    let companion = try sleeper()
    let noticed = DispatchSemaphore(value: 0)
    Companions.watch([companion.processIdentifier]) { _ in noticed.signal() }
    #expect(!Companions.areOver)
    // Another thread takes it: those that run tests have signals blocked.
    kill(getpid(), SIGUSR1)
    for _ in 0..<100 where !Companions.areOver { Companions.wait() }
    #expect(Companions.areOver)
    companion.terminate()
    #expect(noticed.wait(timeout: .now() + 1) == .timedOut)
  }
}
