import Autograd
import Foundation
import NanoGPT
import Text

/// What a run was made for: the model with its weights after the last step, and its tokenizer.
package struct TrainedModel {
  package let model: any LanguageModel
  /// All of the model's weights, in the order in which they are saved.
  package let parameters: [Parameter]
  package let tokenizer: BytePairTokenizer

  /// Reads the weights of the run in `directory`, whose record it is.
  ///
  /// - Throws: ``UsageError`` when this program does not know the model; `DataError` when weights or tokenizer are
  ///   missing, are not those of the run, or a weight is not finite.
  package init(of record: RunRecord, in directory: URL) throws {
    func wrong(_ reason: String) -> DataError {
      .badData(path: directory.path, reason: reason, hint: "name the directory of a finished run")
    }
    guard let configuration = record.configuration.model.language else {
      throw wrong("its model is one of images, which has no text")
    }
    if let problem = configuration.problem {
      throw wrong("its run.json describes no model: \(problem)")
    }
    let models = Registry.current.models.keys.sorted()
    if let name = record.configuration.architecture, !models.contains(name) {
      throw UsageError(no: "model", called: name, among: models)
    }
    tokenizer = try RunDirectory.tokenizer(of: record, in: directory)
    guard tokenizer.vocabularySize <= configuration.vocabularySize else {
      throw wrong("its tokenizer has more tokens than its model")
    }
    let weights = RunDirectory.weights(in: directory)
    guard FileManager.default.fileExists(atPath: weights.path) else {
      throw DataError.missingInput(
        path: weights.path, reason: "no such file",
        hint: "a run writes its weights after its last step, and with --no-save not at all")
    }
    let scope = ParameterScope(seed: 0)
    model = RunPlan.languageModel(
      record.configuration.architecture, configuration, .float32, in: scope)
    parameters = scope.parameters
    try Checkpoint.load(parameters, from: weights)
  }
}
