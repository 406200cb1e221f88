import Experiments
import Runs
import Testing

@Suite struct RequestTests {
  private static func request(_ arms: String..., settings: [String] = []) throws -> Request {
    try Request(
      try TrackSource(named: "micro"), arms: try arms.map { try Arm($0) }, seeds: [0],
      settings: try settings.map { try Setting($0) })
  }

  /// Settings that make sense only together: so few steps, and a warm-up that they have room for.
  @Test func theSettingsOfAnArmAreTakenTogether() throws {
    let few = "steps=10,schedule.warmup_steps=0"
    #expect(try Self.request("adamw,\(few)", "muon").track == TrackDefinition.micro.track)
    let own = try Self.request(
      "adamw,schedule.warmup_steps=0", "muon", settings: ["steps=10"])
    #expect(try own.track == TrackDefinition.micro.track)
  }

  @Test func theArmAndTheSettingThatChangeTheTrackAreNamed() throws {
    for arms in [
      ["adamw,steps=10,schedule.warmup_steps=0,batch=4", "muon"],
      ["muon", "adamw,steps=10,schedule.warmup_steps=0,batch=4"],
    ] {
      let error = #expect(throws: UsageError.self) {
        try Self.request(arms[0], arms[1])
      }
      #expect(error?.message.contains("arm adamw: batch=4 changes what the track fixes") == true)
      #expect(error?.hint?.hasPrefix("--set batch=4 ") == true)
    }
  }
}
