import Foundation
import Statistics

/// How long a sweep will take, from the time of a training step on all cores.
///
/// Trials side by side take longer each, and as long together.
package struct SweepEstimate: Sendable {
  /// What one arm will take.
  package struct Arm: Sendable {
    package let name: String
    package let trials: Int
    package let stepMilliseconds: Double
    package let seconds: Double
  }

  package private(set) var arms: [Arm] = []

  /// The seconds of all arms.
  package var seconds: Double { arms.reduce(0) { $0 + $1.seconds } }

  /// Estimates from `stepMilliseconds`, or, where it is nil, from a few steps of every arm.
  package init(_ plan: SweepPlan, on file: TrackFile, stepMilliseconds: Double?) throws {
    for arm in plan.arms {
      let search = try ArmSearch.rehearsed(arm, on: file)
      let runs = try search.points.map { point in
        try RunPlan(
          file, arm.optimizer, settings: point.settings, seed: 0, precision: plan.precision,
          threads: ProcessInfo.processInfo.activeProcessorCount, savesInitialWeights: false,
          savesWeights: false)
      }
      guard let first = runs.first else { continue }
      let milliseconds = try stepMilliseconds ?? Self.measure(first)
      let steps = runs.reduce(0) { $0 + Self.stepEquivalents(of: $1.track, steps: $1.recipe.steps) }
      arms.append(
        Arm(
          name: arm.name, trials: runs.count * plan.seeds.count, stepMilliseconds: milliseconds,
          seconds: Double(plan.seeds.count) * steps * milliseconds / 1000))
    }
  }

  /// The training steps that a run takes as long as, its validations included.
  ///
  /// A forward pass is a third of forward and backward.
  package static func stepEquivalents(of track: Track, steps: Int) -> Double {
    let validations = (0...steps).count { track.validates(at: $0, of: steps) }
    let validation = Double(track.valTokens) / Double(3 * track.batch * track.model.context)
    return Double(steps) + Double(validations) * validation
  }

  /// The milliseconds of a step of this run: the median of a few.
  private static func measure(_ plan: RunPlan) throws -> Double {
    var configuration = BenchmarkConfiguration(threads: plan.threads)
    configuration.model = plan.track.configuration
    configuration.batch = plan.track.batch
    configuration.lanes = plan.track.lanes
    configuration.optimizer = plan.contestant
    configuration.precision = plan.precision
    var training = try TimedTraining(configuration)
    _ = training.step()
    return (0..<5).map { _ in training.step().whole }.median?.milliseconds ?? 0
  }
}
