import Autograd
import Foundation
import Machine
import NanoGPT
import Runs
import Text

/// An experiment as far as it has come: which trials there are, which have finished, which is next.
///
/// A comparison is a search whose arms have one point each.
package struct Experiment: Sendable {
  /// A trial, and the point it is for.
  private struct Job {
    let arm: Int
    let point: Int
    /// The seed's place among those of the point.
    let seed: Int
    let trial: Trial
    /// Whether an earlier point of the arm had this trial, which counts there.
    let isRepeated: Bool
    var run: FinishedRun?
  }

  package let request: Request
  /// Where its files lie.
  package let directory: URL
  package private(set) var searches: [Search] = []
  private var jobs: [Job] = []
  private var running: Set<Trial> = []
  /// The runs that were packed earlier.
  private let pack: Pack
  private let diagnosticsEvery: Int?

  /// The directory inside a sweep's that holds its runs.
  private static let runs = "runs"

  /// Decides what runs first; it reads what has been packed in `directory`, and runs nothing.
  package init(_ request: Request, in directory: URL, diagnosticsEvery: Int? = nil) throws {
    (self.request, self.directory) = (request, directory)
    self.diagnosticsEvery = diagnosticsEvery
    pack = try Pack(in: directory)
    for (index, arm) in request.arms.enumerated() {
      searches.append(try Search(arm, on: request.source.definition, seeds: request.seeds))
      addJobs(ofArm: index)
    }
    // Arm after arm with one seed, then with the next: a machine that drifts does so for all arms alike.
    if request.kind == .comparison { jobs.sort { ($0.seed, $0.arm) < ($1.seed, $1.arm) } }
  }

  /// The same comparison with other seeds, nothing of it noted yet.
  init(_ request: Request, in directory: URL, like other: Experiment) throws {
    try self.init(request, in: directory, diagnosticsEvery: other.diagnosticsEvery)
  }

  /// Adds the trials of points that are new.
  private mutating func addJobs(ofArm index: Int) {
    let search = searches[index]
    let known = jobs.lazy.filter { $0.arm == index }.map(\.point).max() ?? -1
    for (point, value) in search.points.enumerated().dropFirst(known + 1) {
      for (place, seed) in value.seeds.enumerated() {
        let trial = trial(of: search.arm, value.settings, seed: seed)
        let isRepeated = value.isFinal && request.seeds.contains(seed)
        jobs.append(
          Job(
            arm: index, point: point, seed: place, trial: trial, isRepeated: isRepeated,
            run: isRepeated ? jobs.first { $0.trial == trial }?.run : nil))
      }
    }
  }

  /// Equal trials have equal directories; those of a comparison are named by arm and seed.
  private func trial(of arm: Arm, _ settings: [Setting], seed: UInt64) -> Trial {
    var path = "\(arm.name)-seed\(seed)"
    if request.kind == .sweep {
      // A file of the same name may say something else tomorrow.
      let isFile = request.source.options.first == "--track-file"
      let track = isFile ? (try? request.source.definition.toml()).map { [$0] } ?? [] : []
      let identity =
        request.source.options + track + [arm.optimizer, request.precision.rawValue, String(seed)]
        + settings.map(\.text).sorted()
      let digest = SHA256.hexadecimal(Array(identity.joined(separator: "\n").utf8)).prefix(12)
      path = "\(Self.runs)/\(arm.name)-\(digest)"
    }
    return Trial(
      source: request.source, optimizer: arm.optimizer, settings: request.settings + settings,
      seed: seed, precision: request.precision,
      directory: directory.appendingPathComponent(path, isDirectory: true),
      diagnosticsEvery: diagnosticsEvery)
  }

  /// The path of a trial's directory from the experiment's.
  package func path(of trial: Trial) -> String {
    request.kind == .sweep ? "\(Self.runs)/\(trial.name)" : trial.name
  }
}

extension Experiment {
  /// The first trial that can start now, and its run if it has finished already; nil if there is none until
  /// another has ended.
  ///
  /// Two points may need the same trial: it is run once.
  package mutating func next(
    where isWanted: (Trial) -> Bool = { _ in true }
  ) throws -> (trial: Trial, run: FinishedRun?)? {
    guard
      let job = jobs.first(where: {
        $0.run == nil && !running.contains($0.trial) && isWanted($0.trial)
      })
    else { return nil }
    running.insert(job.trial)
    return (job.trial, try finished(job.trial))
  }

  /// The run of a trial that has finished, in its directory or in the pack.
  private func finished(_ trial: Trial) throws -> FinishedRun? {
    try trial.finished() ?? pack.run(of: trial)
  }

  /// Notes what came of a trial; the arm may go on to its next stage.
  package mutating func note(_ run: FinishedRun) throws(UsageError) {
    running.remove(run.trial)
    for index in jobs.indices where jobs[index].trial == run.trial && jobs[index].run == nil {
      jobs[index].run = run
      let (arm, point) = (jobs[index].arm, jobs[index].point)
      let ended = runs(ofArm: arm, point: point)
      guard ended.count == searches[arm].points[point].seeds.count else { continue }
      let losses = ended.map { $0.record.result.finalValLoss ?? .infinity }
      try searches[arm].score(losses.reduce(0, +) / Double(losses.count), ofPoint: point)
      addJobs(ofArm: arm)
    }
  }

  /// Notes all trials that have finished, running none.
  package mutating func noteFinished() throws {
    while let (_, run) = try next() {
      if let run { try note(run) }
    }
    running = []
  }

  /// Takes the right to run a comparison in its directory; nobody else has it until what is returned is gone.
  package func lock() throws(DataError) -> DirectoryLock {
    try .held(on: directory, by: "comparison")
  }

  /// Throws if a directory holds a whole run of something else.
  package func checkDirectories() throws(UsageError) {
    for trial in trials { try trial.checkDirectory() }
  }

  /// Prepares what trials will read, so that no two of them do it at once.
  package func prepareData(progress: (String) -> Void) throws {
    var seen: Set<String> = []
    for trial in trials {
      let track = try trial.plan().track
      if seen.insert("\(track.corpus)-\(track.vocabulary)").inserted {
        _ = try request.source.data(for: track, progress: progress)
      }
    }
  }

  /// The trials of all stages that have begun.
  package var trials: [Trial] { jobs.map(\.trial) }

  /// The number of jobs that have finished.
  package var finishedCount: Int { jobs.count { $0.run != nil && !$0.isRepeated } }

  /// Whether nothing is left to run.
  package var isComplete: Bool { finishedCount == request.trialCount }

  /// Whether every arm has finished a seed.
  func hasFinished(seed: UInt64) -> Bool {
    jobs.allSatisfy { $0.trial.seed != seed || $0.run != nil }
  }

  /// The name of a trial's arm.
  package func arm(of trial: Trial) -> String {
    jobs.first { $0.trial == trial }.map { request.arms[$0.arm].name } ?? ""
  }

  /// The runs of a point that are there, by seed.
  package func runs(ofArm arm: Int, point: Int = 0) -> [FinishedRun] {
    jobs.filter { $0.arm == arm && $0.point == point }.compactMap(\.run)
  }

  /// A finished run with its place here.
  package func placed(_ run: FinishedRun) -> ArmRun {
    ArmRun(run: run, arm: arm(of: run.trial), path: path(of: run.trial))
  }

  /// An arm's finished runs, that of two equal points only once.
  package func finished(ofArm arm: Int) -> [FinishedRun] {
    var seen: Set<Trial> = []
    return jobs.filter { $0.arm == arm }.compactMap { job in
      job.run.flatMap { seen.insert(job.trial).inserted ? $0 : nil }
    }
  }

  /// The finished runs: of a comparison in the order of its trials, of a sweep arm by arm.
  package var finished: [FinishedRun] {
    request.kind == .comparison
      ? jobs.compactMap(\.run) : request.arms.indices.flatMap { finished(ofArm: $0) }
  }

  /// Of every arm of a comparison, the runs of the seeds that all arms have finished.
  package var comparedRuns: [(arm: Arm, runs: [FinishedRun])] {
    let seeds = request.seeds.indices.filter { seed in
      jobs.allSatisfy { $0.seed != seed || $0.run != nil }
    }
    return request.arms.enumerated().map { index, arm in
      (arm, jobs.filter { $0.arm == index && seeds.contains($0.seed) }.compactMap(\.run))
    }
  }

  /// The finished trials of a sweep in the order of its plan.
  package var lines: [TrialLine] {
    jobs.filter { !$0.isRepeated }.sorted {
      ($0.arm, $0.point, $0.seed) < ($1.arm, $1.point, $1.seed)
    }.compactMap { job in
      job.run.map { run in
        TrialLine(
          arm: request.arms[job.arm].name, stage: searches[job.arm].points[job.point].stage,
          path: path(of: job.trial), run)
      }
    }
  }

  /// What a comparison has found on the seeds that all arms have finished.
  package func verdict() throws -> Verdict {
    let arms = comparedRuns
    guard arms.allSatisfy({ !$0.runs.isEmpty }) else {
      throw DataError.missingInput(
        path: directory.path, reason: "no seed has finished in every arm",
        hint: "the same command without --no-run runs what is missing")
    }
    try checkData(of: arms.flatMap(\.runs))
    return try verdict(on: arms)
  }

  /// What these runs of the arms show, whatever they were trained on.
  func verdict(on arms: [(arm: Arm, runs: [FinishedRun])]) throws -> Verdict {
    Verdict(
      of: arms, on: try request.track, precision: request.precision, question: request.question)
  }

  /// Throws unless all runs were trained on the same data.
  private func checkData(of runs: [FinishedRun]) throws(DataError) {
    guard let first = runs.first else { return }
    for run in runs where run.record.data.checksums != first.record.data.checksums {
      throw .badData(
        path: run.trial.directory.path,
        reason: "not trained on the same data as \(first.trial.directory.relativePath)",
        hint: "remove the one that is wrong, and compare again")
    }
  }

  /// What a sweep has found.
  package func ranking() throws(UsageError) -> Ranking {
    try Ranking(self, otherRecords: otherRecords)
  }

  /// The runs in the directory that are of none of the trials: of an earlier plan.
  private var otherRecords: Int {
    let runs = directory.appendingPathComponent(Self.runs)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: runs.path)) ?? []
    let loose = names.filter { name in
      FileManager.default.fileExists(
        atPath: runs.appendingPathComponent(name).appendingPathComponent(RunDirectory.recordName)
          .path)
    }
    return pack.runNames.union(loose).subtracting(trials.map(\.name)).count
  }
}
