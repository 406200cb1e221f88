import Autograd
import Runs
import Statistics

/// The validations of one arm: a curve for every seed, at the steps that all seeds have.
public struct ArmCurves: Sendable {
  /// The seed of each curve.
  public let seeds: [UInt64]
  /// The steps of any curve, ascending; step 0, before anything is learned, does not count.
  public let steps: [Int]
  /// Of every seed, all its own validations, those included that others do not have.
  private let curves: [[(step: Int, loss: Double)]]
  /// Of every step, a loss for each seed.
  private let losses: [[Double]]
  /// Of every step, the training time until then, for each seed.
  private let seconds: [[Double]]

  /// Takes at least one curve; one that ends early counts as infinite from there on.
  ///
  /// A step that a seed has not been judged at does not count for any, be it that its loss was too far from the target
  /// (`RunLog.needsWholeSet`). Times are to be without pauses (`RunLog.withoutPauses`): they are compared.
  public init(_ curves: [(seed: UInt64, validations: [RunLog.Validation])]) {
    require(!curves.isEmpty, "an arm without curves")
    let pointsBySeed = curves.map { _, validations in
      Dictionary(validations.map { ($0.step, $0) }) { first, _ in first }
    }
    let steps = Set(pointsBySeed.flatMap(\.keys)).filter { step in
      step > 0 && pointsBySeed.allSatisfy { $0[step] != nil || step > ($0.keys.max() ?? 0) }
    }.sorted()
    self.steps = steps
    seeds = curves.map(\.seed)
    self.curves = curves.map { _, validations in
      validations.map { ($0.step, $0.loss ?? .infinity) }
    }
    losses = steps.map { step in pointsBySeed.map { $0[step]?.loss ?? .infinity } }
    seconds = steps.map { step in pointsBySeed.map { $0[step]?.trainSeconds ?? .infinity } }
  }

  private init(drawing indices: [Int], from whole: ArmCurves) {
    seeds = indices.map { whole.seeds[$0] }
    curves = indices.map { whole.curves[$0] }
    steps = whole.steps
    losses = whole.losses.map { row in indices.map { row[$0] } }
    seconds = whole.seconds.map { row in indices.map { row[$0] } }
  }

  /// The losses at the step of this index.
  public func losses(at index: Int) -> Sample { Sample(losses[index]) }

  /// The training times until the step of this index.
  public func seconds(at index: Int) -> Sample { Sample(seconds[index]) }

  /// The step at which each seed's loss crosses `target`, on the straight line between two validations; nil of a
  /// seed that is never at or below it.
  public func arrivals(at target: Double) -> [Double?] {
    curves.map { curve in
      guard let index = curve.firstIndex(where: { $0.loss <= target }) else { return nil }
      let (step, loss) = (Double(curve[index].step), curve[index].loss)
      guard index > 0 else { return step }
      let before = curve[index - 1]
      return step - (step - Double(before.step)) * (target - loss) / (before.loss - loss)
    }
  }

  /// Returns the curves of the seeds at these indices, some perhaps several times, others not at all.
  package func drawing(_ indices: [Int]) -> ArmCurves {
    ArmCurves(drawing: indices, from: self)
  }
}
