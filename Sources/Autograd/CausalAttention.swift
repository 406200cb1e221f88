import CKernels

/// Causal multi-head attention of one sequence.
///
///     queries, keys, values  [positions, heads * headSize]
///     y                      the same;  per head: y = P v
///     P = softmax(scale q k^T) over the positions up to the row's own
///
/// Queries go in blocks of rows, and a block meets only the keys it may see. In its corner on the diagonal,
/// products leave out what is masked, tile by tile.
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
  let blocks = QueryBlock.all(of: positions)
  let headCount = blocks.reduce(0) { $0 + $1.count * $1.end }
  let probabilities = Storage(uninitialized: heads * headCount)
  let scratchCount = QueryBlock.rows * max(positions.rounded(upTo: 8), size)
  let scratch = Storage(uninitialized: scratchCount)

  for head in 0..<heads {
    let column = head * size
    let keysTransposed = RightFactor(
      Matrix(keys.pointer + column, stride: width, .transposed),
      inner: size, columns: positions, precision: precision)
    let headValues = RightFactor(
      Matrix(values.pointer + column, stride: width),
      inner: positions, columns: size, precision: precision)
    for block in blocks {
      let p = probabilities.pointer + head * headCount + block.offset
      let offset = block.start * width + column
      MatrixProduct.multiply(
        Matrix(queries.pointer + offset, stride: width),
        keysTransposed.leading(columns: block.end), into: p, stride: block.end,
        rows: block.count, part: .lower(diagonal: block.start), scratch: scratch)
      kernel_causal_softmax(p, block.count, block.end, block.end, block.start + 1, scale)
      MatrixProduct.multiply(
        Matrix(p, stride: block.end), headValues.leading(inner: block.end),
        into: y.pointer + offset, stride: width, rows: block.count,
        part: .leftLower(diagonal: block.start), scratch: scratch)
    }
  }

  return y.recorded("causalAttention", part: .attention, from: queries, keys, values) {
    dy, backpropagation in
    // The three inputs' gradients are written together, block by block.
    let dQueries = Storage(uninitialized: positions * width)
    let dKeys = Storage(uninitialized: positions * width)
    let dValues = Storage(uninitialized: positions * width)
    let scratch = Storage(uninitialized: scratchCount)
    let dScores = Storage(uninitialized: QueryBlock.rows * positions)
    for head in 0..<heads {
      let column = head * size
      func factor(_ x: Tensor) -> RightFactor {
        RightFactor(
          Matrix(x.pointer + column, stride: width),
          inner: positions, columns: size, precision: precision)
      }
      let (headQueries, headKeys, headDy) = (factor(queries), factor(keys), factor(dy))
      let valuesTransposed = RightFactor(
        Matrix(values.pointer + column, stride: width, .transposed),
        inner: size, columns: positions, precision: precision)
      // From the last block, which sees every key and so sets every row of dk and dv; the others add.
      for block in blocks.reversed() {
        let p = probabilities.pointer + head * headCount + block.offset
        let dS = dScores.pointer
        let offset = block.start * width + column
        let beta: Float = block.end == positions ? 0 : 1
        MatrixProduct.multiply(
          Matrix(dy.pointer + offset, stride: width), valuesTransposed.leading(columns: block.end),
          into: dS, stride: block.end, rows: block.count, part: .lower(diagonal: block.start),
          scratch: scratch)
        kernel_causal_softmax_pullback(
          p, dS, block.count, block.end, block.end, block.start + 1, scale)
        MatrixProduct.multiply(
          Matrix(p, stride: block.end, .transposed), headDy.rows(block.start..<block.end),
          into: dValues.pointer + column, stride: width, rows: block.end, beta: beta,
          part: .leftUpper(diagonal: block.start), scratch: scratch)
        MatrixProduct.multiply(
          Matrix(dS, stride: block.end, .transposed), headQueries.rows(block.start..<block.end),
          into: dKeys.pointer + column, stride: width, rows: block.end, beta: beta,
          part: .leftUpper(diagonal: block.start), scratch: scratch)
        MatrixProduct.multiply(
          Matrix(dS, stride: block.end), headKeys.leading(inner: block.end),
          into: dQueries.pointer + offset, stride: width, rows: block.count,
          part: .leftLower(diagonal: block.start), scratch: scratch)
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
  /// Where the block's probabilities are among those of its head, which are packed.
  let offset: Int
  /// One past the last key the block may see.
  var end: Int { start + count }

  /// Few enough that a block's scores stay in the second-level cache, and even, as pairs of bfloat16 want.
  ///
  /// Gradients of keys and values are summed block by block, so other rows would give other bits.
  static let rows = 64

  static func all(of positions: Int) -> [QueryBlock] {
    var offset = 0
    return stride(from: 0, to: positions, by: rows).map { start in
      let block = QueryBlock(start: start, count: min(rows, positions - start), offset: offset)
      offset += block.count * block.end
      return block
    }
  }
}
