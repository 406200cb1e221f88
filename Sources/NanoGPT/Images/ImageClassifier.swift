import Autograd

/// A model of what an image shows: what training and evaluation use of one.
///
/// An architecture of your own conforms, and is known by name once a program has added it.
public protocol ImageClassifier: TrainableModel {
  /// Creates a model whose products are in `precision`, and registers its parameters in `scope`.
  init(_ configuration: ImageConfiguration, precision: Precision, in scope: ParameterScope)

  /// What the model was built from.
  var configuration: ImageConfiguration { get }

  /// The scores of all classes, before the softcap: `[1, classes]`.
  ///
  /// - Parameter image: `[height, width, channels]`, its numbers as ``PixelScale`` has them.
  /// - Returns: One row.
  func scores(of image: Tensor) -> Tensor
}

extension ImageClassifier {
  /// The cross-entropy, in nats, of the softcapped scores against the class of an image.
  ///
  /// - Parameters:
  ///   - image: `[height, width, channels]`.
  ///   - label: Its class.
  /// - Returns: A scalar.
  public func loss(of image: Tensor, label: UInt8) -> Tensor {
    scores(of: image).loss(label, cap: configuration.softcap)
  }
}

extension Tensor {
  /// The cross-entropy of these scores, softcapped, against one class.
  func loss(_ label: UInt8, cap: Float) -> Tensor {
    softcappedCrossEntropy(targets: [UInt16(label)], cap: cap)
  }
}
