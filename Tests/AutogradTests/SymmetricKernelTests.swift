import CKernels
import TestSupport
import Testing

@Suite struct SymmetricKernelTests {
  @Test(arguments: [1, 7, 8, 16, 31, 48, 50])
  func mirrorCopiesWhatIsAboveTheDiagonal(order: Int) {
    let x = Oracle.random(order * order, seed: 21).map(Float.init)
    var y = x
    kernel_mirror(&y, order)
    for i in 0..<order {
      for j in 0..<order {
        #expect(y[i * order + j] == x[min(i, j) * order + max(i, j)])
      }
    }
  }

  @Test(arguments: [1, 5, 33])
  func additionLeavesWhatIsBelowTheDiagonal(order: Int) {
    let x = Oracle.random(order * order, seed: 22).map(Float.init)
    let before = Oracle.random(order * order, seed: 23).map(Float.init)
    var y = before
    kernel_add_above_diagonal(3, 0.5, x, &y, order)
    for i in 0..<order {
      for j in 0..<order {
        let index = i * order + j
        let change = j < i ? 0 : 0.5 * x[index] + (j == i ? 3 : 0)
        #expect(abs(y[index] - (before[index] + change)) < 1e-6)
      }
    }
  }

  @Test func sumOfSquaresNeitherOverflowsNorVanishes() {
    let large = [Float](repeating: 1e30, count: 100)
    #expect(abs(kernel_sum_of_squares(large, 100) / 1e62 - 1) < 1e-6)
    let small = [Float](repeating: 1e-30, count: 100)
    #expect(abs(kernel_sum_of_squares(small, 100) / 1e-58 - 1) < 1e-6)
  }
}
