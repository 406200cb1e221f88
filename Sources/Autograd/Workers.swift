import Dispatch
import Synchronization

/// How many threads may share out independent work.
///
/// What is computed must not depend on which thread takes which item; then results are the same for
/// any number of threads.
public struct Workers: Sendable {
  /// The number of threads, the calling one included.
  public let count: Int

  /// Allows up to `count` threads at a time, at least 1.
  public init(count: Int) {
    require(count >= 1, "Workers: \(count) threads, at least 1")
    self.count = count
  }

  /// Runs `body(0)` to `body(items - 1)`, each once, and returns when all are done.
  ///
  /// Threads take the next item as they become free, in order: put the longest first. Inside
  /// ``withoutGradients(_:)``, no thread records; an `OperationClock` measures all threads.
  public func forEach(_ items: Int, _ body: @Sendable (Int) -> Void) {
    guard count > 1, items > 1 else {
      OperationClock.restart()
      for item in 0..<items { body(item) }
      return
    }
    let next = Atomic<Int>(0)
    let (isRecording, clock) = (Recording.isOn, OperationClock.current)
    let kernels = ProductKernels.current
    DispatchQueue.concurrentPerform(iterations: min(count, items)) { _ in
      Recording.$isOn.withValue(isRecording) {
        ProductKernels.$current.withValue(kernels) {
          OperationClock.$current.withValue(clock) {
            OperationClock.restart()
            while true {
              let item = next.wrappingAdd(1, ordering: .relaxed).oldValue
              guard item < items else { return }
              body(item)
            }
          }
        }
      }
    }
  }
}
