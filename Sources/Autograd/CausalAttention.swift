import CKernels

/// Causal multi-head attention of one sequence.
///
///     queries, keys, values  [positions, heads * headSize]
///     y                      the same;  per head: y = P v
///     P = softmax(scale q k^T) over the positions up to the row's own
///
/// Queries go in blocks of rows, and a block meets only the keys it may see: the masked triangle is
/// neither computed nor read, but for the corners of the blocks on the diagonal.
///
/// Pullback, with `dP = dy v^T`:
///
///     dv += P^T dy
///     dS  = scale P (dP - sum(P dP))
///     dq += dS k,   dk += dS^T q
///
/// - Parameters:
///   - queries: One row for each position.
///   - keys: As many rows.
///   - values: As many rows.
///   - heads: How many heads the columns divide into.
///   - scale: The factor on the scores.
///   - precision: The arithmetic of the products; the softmax is float32; its ``Precision/problem`` must be nil.
/// - Returns: One row for each position.
public func causalAttention(
  queries: Tensor, keys: Tensor, values: Tensor, heads: Int, scale: Float,
  precision: Precision = .float32
) -> Tensor {
  require(
    queries.shape.rank == 2 && queries.shape == keys.shape && queries.shape == values.shape,
    "causalAttention: queries \(queries.shape), keys \(keys.shape), values \(values.shape)")
  let (positions, width) = (queries.shape[0], queries.shape[1])
  require(
    heads > 0 && width.isMultiple(of: heads), "causalAttention: width \(width) in \(heads) heads")
  let size = width / heads
  let y = Tensor(uninitialized: queries.shape)
  let probabilities = Storage(uninitialized: heads * positions * positions)

  for head in 0..<heads {
    let column = head * size
    let keysTransposed = RightFactor(
      Matrix(keys.pointer + column, stride: width, .transposed),
      inner: size, columns: positions, precision: precision)
    let headValues = RightFactor(
      Matrix(values.pointer + column, stride: width),
      inner: positions, columns: size, precision: precision)
    for block in QueryBlock.all(of: positions) {
      let p = probabilities.pointer + (head * positions + block.start) * positions
      let offset = block.start * width + column
      MatrixProduct.multiply(
        Matrix(queries.pointer + offset, stride: width),
        keysTransposed.leading(columns: block.end), into: p, stride: positions, rows: block.count)
      kernel_causal_softmax(p, block.count, block.end, positions, block.start + 1, scale)
      MatrixProduct.multiply(
        Matrix(p, stride: positions), headValues.leading(inner: block.end),
        into: y.pointer + offset, stride: width, rows: block.count)
    }
  }

  return y.recorded("causalAttention", part: .attention, from: queries, keys, values) {
    dy, backpropagation in
    // The three inputs' gradients are written together, block by block.
    let dQueries = Storage(uninitialized: positions * width)
    let dKeys = Storage(uninitialized: positions * width)
    let dValues = Storage(uninitialized: positions * width)
    let scores = Storage(uninitialized: QueryBlock.rows * positions)
    for head in 0..<heads {
      let column = head * size
      let headKeys = RightFactor(
        Matrix(keys.pointer + column, stride: width),
        inner: positions, columns: size, precision: precision)
      let valuesTransposed = RightFactor(
        Matrix(values.pointer + column, stride: width, .transposed),
        inner: size, columns: positions, precision: precision)
      // From the last block, which sees every key and so sets every row of dk and dv; the others add.
      for block in QueryBlock.all(of: positions).reversed() {
        let p = probabilities.pointer + (head * positions + block.start) * positions
        let offset = block.start * width + column
        let dyBlock = Matrix(dy.pointer + offset, stride: width)
        let queryBlock = Matrix(queries.pointer + offset, stride: width)
        let beta: Float = block.end == positions ? 0 : 1
        MatrixProduct.multiply(
          Matrix(p, stride: positions, .transposed),
          RightFactor(dyBlock, inner: block.count, columns: size, precision: precision),
          into: dValues.pointer + column, stride: width, rows: block.end, beta: beta)
        MatrixProduct.multiply(
          dyBlock, valuesTransposed.leading(columns: block.end),
          into: scores.pointer, stride: positions, rows: block.count)
        kernel_softmax_pullback(p, scores.pointer, block.count, block.end, positions, scale)
        MatrixProduct.multiply(
          Matrix(scores.pointer, stride: positions), headKeys.leading(inner: block.end),
          into: dQueries.pointer + offset, stride: width, rows: block.count)
        MatrixProduct.multiply(
          Matrix(scores.pointer, stride: positions, .transposed),
          RightFactor(queryBlock, inner: block.count, columns: size, precision: precision),
          into: dKeys.pointer + column, stride: width, rows: block.end, beta: beta)
      }
    }
    backpropagation.pass(dQueries, to: queries)
    backpropagation.pass(dKeys, to: keys)
    backpropagation.pass(dValues, to: values)
  }
}

/// Consecutive query rows that are handled by one matrix product.
private struct QueryBlock {
  let start: Int
  let count: Int
  /// One past the last key the block may see.
  var end: Int { start + count }

  /// Enough rows for an efficient product, few enough that the diagonal's masked corners stay small.
  static let rows = 64

  static func all(of positions: Int) -> [QueryBlock] {
    stride(from: 0, to: positions, by: rows).map {
      QueryBlock(start: $0, count: min(rows, positions - $0))
    }
  }
}
