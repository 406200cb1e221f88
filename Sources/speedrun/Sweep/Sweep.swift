import Autograd
import Foundation

/// A search as far as it has come: which trials there are, which have finished, which is next.
struct Sweep {
  /// A trial, and the point of the plan it is for.
  private struct Job {
    let arm: Int
    let point: Int
    /// The seed's place in the plan.
    let seed: Int
    let trial: Trial
    var record: RunRecord?

    /// The place in the plan.
    var place: (Int, Int, Int) { (arm, point, seed) }
  }

  let plan: SweepPlan
  /// Where its files lie.
  let directory: URL
  private(set) var searches: [ArmSearch] = []
  private var jobs: [Job] = []
  private var running: Set<Trial> = []

  init(_ plan: SweepPlan, on file: TrackFile, in directory: URL) throws(UsageError) {
    self.plan = plan
    self.directory = directory
    for (index, arm) in plan.arms.enumerated() {
      searches.append(try ArmSearch(arm, on: file))
      addJobs(ofArm: index)
    }
  }

  /// The first trial that can start now; nil if there is none until another has ended.
  ///
  /// Two points may need the same trial: it is run once.
  mutating func next() -> Trial? {
    guard let job = jobs.first(where: { $0.record == nil && !running.contains($0.trial) }) else {
      return nil
    }
    running.insert(job.trial)
    return job.trial
  }

  /// Notes what came of a trial; the arm may go on to its next stage.
  mutating func note(_ record: RunRecord, of trial: Trial) throws(UsageError) {
    running.remove(trial)
    for index in jobs.indices where jobs[index].trial == trial && jobs[index].record == nil {
      jobs[index].record = record
      let (arm, point) = (jobs[index].arm, jobs[index].point)
      let ended = records(ofArm: arm, point: point)
      guard ended.count == plan.seeds.count else { continue }
      let losses = ended.map { $0.result.finalValLoss ?? .infinity }
      try searches[arm].score(losses.reduce(0, +) / Double(losses.count), ofPoint: point)
      addJobs(ofArm: arm)
    }
  }

  /// The records of a point that are there, by seed.
  func records(ofArm arm: Int, point: Int) -> [RunRecord] {
    jobs.filter { $0.arm == arm && $0.point == point }.compactMap(\.record)
  }

  /// An arm's finished trials, that of two equal points only once.
  private func finished(ofArm arm: Int) -> [(trial: Trial, record: RunRecord)] {
    var seen: Set<Trial> = []
    return jobs.filter { $0.arm == arm }.compactMap { job in
      guard let record = job.record, seen.insert(job.trial).inserted else { return nil }
      return (job.trial, record)
    }
  }

  /// The records of an arm's finished trials.
  func records(ofArm arm: Int) -> [RunRecord] { finished(ofArm: arm).map(\.record) }

  /// The finished trials of all arms, arm by arm.
  var finished: [(trial: Trial, record: RunRecord)] {
    searches.indices.flatMap { finished(ofArm: $0) }
  }

  /// The records of all arms.
  var records: [RunRecord] { finished.map(\.record) }

  /// The trials of all stages that have begun.
  var trials: [Trial] { jobs.map(\.trial) }

  /// The name of a trial's arm.
  func arm(of trial: Trial) -> String {
    jobs.first { $0.trial == trial }.map { plan.arms[$0.arm].name } ?? ""
  }

  /// The number of trials that have finished.
  var finishedCount: Int { jobs.count { $0.record != nil } }

  /// The finished trials in the order of the plan.
  var lines: [TrialLine] {
    jobs.sorted { $0.place < $1.place }.compactMap { job in
      let arm = plan.arms[job.arm]
      let stage = arm.stages[searches[job.arm].points[job.point].stage]
      return job.record.map {
        TrialLine(arm: arm.name, stage: stage.name, trial: job.trial, record: $0)
      }
    }
  }

  /// Adds the trials of points that are new.
  private mutating func addJobs(ofArm index: Int) {
    let search = searches[index]
    let known = jobs.count { $0.arm == index } / plan.seeds.count
    for point in search.points.indices.dropFirst(known) {
      for (place, seed) in plan.seeds.enumerated() {
        let trial = trial(of: search.arm, search.points[point].settings, seed: seed)
        jobs.append(Job(arm: index, point: point, seed: place, trial: trial))
      }
    }
  }

  private func trial(of arm: SweepPlan.Arm, _ settings: [Setting], seed: UInt64) -> Trial {
    let identity =
      plan.track.arguments + [arm.optimizer.rawValue, plan.precision.rawValue, String(seed)]
      + settings.map(\.text).sorted()
    return Trial(
      track: plan.track, optimizer: arm.optimizer, settings: settings, seed: seed,
      precision: plan.precision,
      directory: SweepDirectory.directory(of: arm.name, identity, in: directory))
  }
}
