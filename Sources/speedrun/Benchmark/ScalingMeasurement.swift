import Runs
import Statistics

/// The time of a step of one configuration, beside what its floating-point operations let expect.
package struct ScalingMeasurement: Sendable {
  package let configuration: BenchmarkConfiguration
  package let stepSeconds: Double
  package let optimizerSeconds: Double
  /// Of forward and backward.
  package let operations: Double
  package let optimizerOperations: Double
  /// Floating-point operations per second.
  package let peak: Double

  /// Creates a measurement from its numbers.
  package init(
    configuration: BenchmarkConfiguration, stepSeconds: Double, optimizerSeconds: Double,
    operations: Double, optimizerOperations: Double, peak: Double
  ) {
    self.configuration = configuration
    self.stepSeconds = stepSeconds
    self.optimizerSeconds = optimizerSeconds
    self.operations = operations
    self.optimizerOperations = optimizerOperations
    self.peak = peak
  }

  /// Trains for a step to warm up, and then for at least three and a second.
  init(_ configuration: BenchmarkConfiguration) throws {
    var training = try TimedTraining(configuration)
    var peak = MatrixPeak(threads: configuration.threads, configuration.precision)
    peak.measure()
    _ = training.step()
    let start = ContinuousClock.now
    var steps: [TimedTraining.Step] = []
    while steps.count < 3 || ContinuousClock.now - start < .seconds(1) {
      steps.append(training.step())
    }
    peak.measure()
    self.init(
      configuration: configuration, stepSeconds: steps.map(\.whole).median?.seconds ?? 0,
      optimizerSeconds: steps.map(\.optimizer).median?.seconds ?? 0,
      operations: configuration.operations, optimizerOperations: training.optimizerOperations,
      peak: peak.gigaflopsPerSecond * 1e9)
  }

  /// If everything went at the speed of matrix products, and nothing but them took time.
  var predictedSeconds: Double { (operations + optimizerOperations) / peak }

  var optimizerShare: Double { optimizerSeconds / stepSeconds }

  var predictedOptimizerShare: Double {
    optimizerOperations / (operations + optimizerOperations)
  }
}
