import Autograd
import Foundation

/// Returns a matrix with the given singular values between random singular vectors.
func matrix(_ rows: Int, _ columns: Int, singularValues: [Double], seed: UInt64) -> Tensor {
  let count = singularValues.count
  let left = orthonormalVectors(count, of: rows, seed: seed)
  let right = orthonormalVectors(count, of: columns, seed: seed + 1)
  var elements = [Double](repeating: 0, count: rows * columns)
  for (k, value) in singularValues.enumerated() {
    for i in 0..<rows {
      for j in 0..<columns { elements[i * columns + j] += value * left[k][i] * right[k][j] }
    }
  }
  return Tensor(elements.map(Float.init), shape: [rows, columns])
}

/// Returns the singular values, largest first: one-sided Jacobi in double precision.
///
/// Rotates pairs of the matrix's shorter side until all are orthogonal; their lengths are the values.
func singularValues(of matrix: Tensor) -> [Double] {
  let (rows, columns) = (matrix.shape[0], matrix.shape[1])
  let elements = matrix.elements.map(Double.init)
  var vectors =
    rows <= columns
    ? (0..<rows).map { i in (0..<columns).map { elements[i * columns + $0] } }
    : (0..<columns).map { j in (0..<rows).map { elements[$0 * columns + j] } }
  for _ in 0..<60 {
    for p in vectors.indices {
      for q in vectors.indices where q > p {
        let product = dot(vectors[p], vectors[q])
        let angle =
          0.5 * atan2(2 * product, dot(vectors[p], vectors[p]) - dot(vectors[q], vectors[q]))
        let (first, second) = (vectors[p], vectors[q])
        vectors[p] = zip(first, second).map { cos(angle) * $0 + sin(angle) * $1 }
        vectors[q] = zip(first, second).map { cos(angle) * $1 - sin(angle) * $0 }
      }
    }
  }
  return vectors.map { dot($0, $0).squareRoot() }.sorted(by: >)
}

/// Returns the transpose of a matrix.
func transposed(_ matrix: Tensor) -> Tensor {
  let (rows, columns) = (matrix.shape[0], matrix.shape[1])
  let elements = matrix.elements
  return Tensor(
    (0..<rows * columns).map { elements[$0 % rows * columns + $0 / rows] }, shape: [columns, rows])
}

/// Returns numbers between -1 and 1 from a stream of their own.
func randomTensor(_ shape: Shape, seed: UInt64) -> Tensor {
  var random = SplitMix64(seed: seed)
  return Tensor((0..<shape.count).map { _ in Float(2 * random.uniform() - 1) }, shape: shape)
}

/// Returns the largest absolute difference of two tensors' elements.
func largestDifference(_ a: Tensor, _ b: Tensor) -> Float {
  zip(a.elements, b.elements).map { abs($0 - $1) }.max() ?? 0
}

/// Gram-Schmidt, twice for orthogonality to the last bit or so.
private func orthonormalVectors(_ count: Int, of length: Int, seed: UInt64) -> [[Double]] {
  var random = SplitMix64(seed: seed)
  var vectors: [[Double]] = []
  while vectors.count < count {
    var vector = (0..<length).map { _ in 2 * random.uniform() - 1 }
    for _ in 0..<2 {
      for other in vectors {
        let product = dot(vector, other)
        vector = zip(vector, other).map { $0 - product * $1 }
      }
    }
    let norm = dot(vector, vector).squareRoot()
    vectors.append(vector.map { $0 / norm })
  }
  return vectors
}

private func dot(_ a: [Double], _ b: [Double]) -> Double {
  zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
}
