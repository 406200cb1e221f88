import Autograd
import Synchronization

extension Optimizer {
  /// Measures what the last update did to some matrices; it changes nothing.
  ///
  /// Two singular value decompositions a matrix make it about four times as slow as an update of Muon; matrices
  /// are shared out among the threads.
  ///
  /// - Parameters:
  ///   - before: The weights before the update.
  ///   - gradients: The gradients it was given.
  ///   - progress: Where in the run it was.
  /// - Returns: The diagnoses in the order of the matrices.
  public func diagnoses(
    since before: WeightSnapshot, _ gradients: Gradients, at progress: TrainingProgress
  ) -> [UpdateDiagnosis] {
    let step = UpdateStep(
      progress: progress, factor: schedule.factor(at: progress), number: updates)
    let routes = before.matrices.map { parameter, elements in
      guard let assignment = assignments.first(where: { $0.parameter === parameter }) else {
        fail("Optimizer: \(parameter.name) is not one of its parameters")
      }
      return (assignment: assignment, elements: elements)
    }
    let found = Mutex<[Int: UpdateDiagnosis]>([:])
    workers.forEach(routes.count) { index in
      let (assignment, elements) = routes[index]
      let diagnosis = UpdateDiagnosis(
        of: assignment.parameter, before: elements, gradient: gradients[assignment.parameter],
        rule: assignment.rule, state: assignment.state, at: step)
      found.withLock { $0[index] = diagnosis }
    }
    return found.withLock { diagnoses in routes.indices.compactMap { diagnoses[$0] } }
  }
}
