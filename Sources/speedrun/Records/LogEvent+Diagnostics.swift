import Muon
import Text

extension LogEvent {
  /// What the update of this number did to a matrix; null where a number is not finite, or has no meaning.
  struct Diagnostics: Encodable {
    let event = "diagnostics"
    let step: Int
    let matrix: String
    @OrNull var updateRMS: Float?
    @OrNull var weightNorm: Float?
    @OrNull var gradientNorm: Float?
    /// Of the direction, before orthogonalization.
    @OrNull var largestSingularValue: Float?
    @OrNull var stableRank: Float?
    /// Seventeen, divided by the largest.
    @OrNull var singularValues: [Float]?
    /// Seventeen, as they are.
    @OrNull var orthogonalizedSingularValues: [Float]?

    enum CodingKeys: String, CodingKey {
      case event, step, matrix
      case updateRMS = "update_rms"
      case weightNorm = "weight_norm"
      case gradientNorm = "gradient_norm"
      case largestSingularValue = "largest_singular_value"
      case stableRank = "stable_rank"
      case singularValues = "singular_values"
      case orthogonalizedSingularValues = "orthogonalized_singular_values"
    }

    init(_ diagnosis: UpdateDiagnosis, step: Int) {
      self.step = step
      matrix = diagnosis.matrix
      updateRMS = diagnosis.updateRMS.shortIfFinite
      weightNorm = diagnosis.weightNorm.shortIfFinite
      gradientNorm = diagnosis.gradientNorm.shortIfFinite
      largestSingularValue = diagnosis.direction?.largest.shortIfFinite
      stableRank = diagnosis.direction?.stableRank.shortIfFinite
      singularValues = diagnosis.direction?.ratios.map(Float.init)
      orthogonalizedSingularValues = diagnosis.orthogonalized?.quantiles.map(Float.init)
    }
  }
}

extension Double {
  /// As float32, in whose digits it is written; nil when that is not finite.
  fileprivate var shortIfFinite: Float? {
    let short = Float(self)
    return short.isFinite ? short : nil
  }
}
