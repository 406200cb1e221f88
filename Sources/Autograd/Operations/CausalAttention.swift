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
/// - Returns: One row for each position.
public func causalAttention(
  queries: Tensor, keys: Tensor, values: Tensor, heads: Int, scale: Float
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
    for block in QueryBlock.all(of: positions) {
      let p = probabilities.pointer + (head * positions + block.start) * positions
      BLAS.multiply(
        .init(queries.pointer + block.start * width + column, stride: width),
        .init(keys.pointer + column, stride: width, .transposed),
        into: p, stride: positions, rows: block.count, inner: size, columns: block.end)
      kernel_causal_softmax(p, block.count, block.end, positions, block.start + 1, scale)
      BLAS.multiply(
        .init(p, stride: positions), .init(values.pointer + column, stride: width),
        into: y.pointer + block.start * width + column, stride: width,
        rows: block.count, inner: block.end, columns: size)
    }
  }

  return y.recorded("causalAttention", from: queries, keys, values) { dy, backpropagation in
    // The three inputs' gradients are written together, block by block.
    let dQueries = Storage(uninitialized: positions * width)
    let dKeys = Storage(uninitialized: positions * width)
    let dValues = Storage(uninitialized: positions * width)
    let scores = Storage(uninitialized: QueryBlock.rows * positions)
    for head in 0..<heads {
      let column = head * size
      // From the last block, which sees every key and so sets every row of dk and dv; the others add.
      for block in QueryBlock.all(of: positions).reversed() {
        let p = probabilities.pointer + (head * positions + block.start) * positions
        let dyBlock = dy.pointer + block.start * width + column
        let beta: Float = block.end == positions ? 0 : 1
        BLAS.multiply(
          .init(p, stride: positions, .transposed), .init(dyBlock, stride: width),
          into: dValues.pointer + column, stride: width,
          rows: block.end, inner: block.count, columns: size, beta: beta)
        BLAS.multiply(
          .init(dyBlock, stride: width), .init(values.pointer + column, stride: width, .transposed),
          into: scores.pointer, stride: positions,
          rows: block.count, inner: size, columns: block.end)
        kernel_softmax_pullback(p, scores.pointer, block.count, block.end, positions, scale)
        BLAS.multiply(
          .init(scores.pointer, stride: positions), .init(keys.pointer + column, stride: width),
          into: dQueries.pointer + block.start * width + column, stride: width,
          rows: block.count, inner: block.end, columns: size)
        BLAS.multiply(
          .init(scores.pointer, stride: positions, .transposed),
          .init(queries.pointer + block.start * width + column, stride: width),
          into: dKeys.pointer + column, stride: width,
          rows: block.end, inner: block.count, columns: size, beta: beta)
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
