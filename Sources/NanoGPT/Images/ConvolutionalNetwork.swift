import Autograd

/// A small convolutional network, after the one of airbench: a stem, blocks of two convolutions, and a head.
///
///     x = act(stem(image))                                  act(x) = relu(rms(x))
///     x = act(conv2(act(pool(conv1(x)))))                   for every block; pool keeps the greatest of 2 x 2
///     logits = softcap(head(rms(x)))                        all pixels that are left, as one row
///
/// Jordan, "94% on CIFAR-10 in 3.29 Seconds on a Single GPU" (2024), arXiv:2404.00498, has the order of convolution,
/// pooling, normalization and activation, and the widths 24, 64, 256, 256. What is different is what the GPT of this
/// package is made of: no biases, no gains, capped logits, a head of zeros. There the stem whitens and is not trained, the
/// activation is GELU, a last pooling leaves one pixel, and weights are normalized after each update. The squared ReLU
/// of the GPT learns the training images as well, and finds two in a hundred fewer of the others.
///
/// The normalization divides all numbers of an image by their root mean square. A batch normalization would make an
/// image's loss depend on the other images of its batch, and so couple the lanes that share it.
public struct ConvolutionalNetwork: ImageClassifier {
  /// What the model was built from.
  public let configuration: ImageConfiguration
  private let stem: Convolution
  private let blocks: [ConvolutionalBlock]
  /// From the features of an image to its scores: `[classes, features]`.
  public let head: Linear

  /// Creates a model and registers its parameters in `scope`.
  ///
  /// - Precondition: `configuration.problem` is nil, and so is `precision.problem`.
  public init(
    _ configuration: ImageConfiguration, precision: Precision = .float32, in scope: ParameterScope
  ) {
    require(
      configuration.problem == nil, "ConvolutionalNetwork: \(configuration.problem ?? "")")
    require(precision.problem == nil, "ConvolutionalNetwork: \(precision.problem ?? "")")
    self.configuration = configuration
    stem = Convolution(
      configuration.channels, configuration.stem, precision: precision, in: scope.child("stem"))
    let inputs = [configuration.stem] + configuration.blocks
    blocks = zip(inputs, configuration.blocks).enumerated().map { index, widths in
      ConvolutionalBlock(
        widths.0, widths.1, precision: precision, in: scope.child("blocks").child(index))
    }
    head = Linear(
      configuration.features, configuration.classes, .zeros, precision: precision,
      in: scope.child("head"))
  }

  /// The filters that see the pixels: `[stem, 9 channels]`.
  public var embedding: Parameter { stem.weight }

  /// The filters of the blocks, each a row of a matrix: what Muon is for.
  public var hiddenMatrices: [Parameter] { blocks.flatMap(\.matrices) }

  /// The scores of all classes, before the softcap: `[1, classes]`.
  public func scores(of image: Tensor) -> Tensor {
    var x = stem(image).activated()
    for block in blocks { x = block(x) }
    return head(x.reshaped(to: [1, x.shape.count]).rmsNorm())
  }
}

/// Two convolutions, the first of them followed by pooling: half the pixels a side, and another number of channels.
struct ConvolutionalBlock: Sendable {
  private let first: Convolution
  private let second: Convolution

  init(_ inputs: Int, _ outputs: Int, precision: Precision, in scope: ParameterScope) {
    first = Convolution(inputs, outputs, precision: precision, in: scope.child("conv1"))
    second = Convolution(outputs, outputs, precision: precision, in: scope.child("conv2"))
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    second(first(x).maxPooled(by: 2).activated()).activated()
  }

  var matrices: [Parameter] { [first.weight, second.weight] }
}

/// A convolution of 3 x 3 pixels without bias.
public struct Convolution: Sendable {
  /// The filters, `[outputs, 9 inputs]`: a neighbourhood as `Tensor.patches(size:)` has it.
  public let weight: Parameter
  private let precision: Precision

  /// The height and the width of a neighbourhood.
  static let size = 3

  /// Creates a layer that multiplies in `precision`, and registers its parameter as `weight` in `scope`.
  public init(_ inputs: Int, _ outputs: Int, precision: Precision, in scope: ParameterScope) {
    self.precision = precision
    weight = scope.parameter("weight", [outputs, Self.size * Self.size * inputs], .hidden)
  }

  /// Applies the layer to `[height, width, inputs]`, giving `[height, width, outputs]`.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    x.convolved(with: weight.value, size: Self.size, precision: precision)
  }
}

extension Tensor {
  /// All numbers of an image over their root mean square, as far as they are positive.
  fileprivate func activated() -> Tensor {
    reshaped(to: [1, shape.count]).rmsNorm().reshaped(to: shape).relu()
  }
}
