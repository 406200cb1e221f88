import Autograd
import Foundation
import NanoGPT
import Text

/// A run's model as PyTorch and Hugging Face's transformers load it: weights, tokenizer, and the model in Python.
///
/// The tensors keep their names and values. `modeling_speedrun.py` needs torch and safetensors only;
/// `transformers_speedrun.py` makes the same model one of transformers.
package struct HuggingFaceExport {
  /// The content of the directory.
  package let files: [(name: String, bytes: [UInt8])]

  /// Reads the run in `directory`.
  ///
  /// - Throws: `DataError` when the model is not the GPT of this package or has experts, and whatever ``TrainedModel`` throws.
  package init(ofRunIn directory: URL) throws {
    let record = try RunRecord(in: directory)
    if let name = record.configuration.architecture {
      throw DataError.badData(
        path: directory.path,
        reason: "its model is '\(name)', and only the GPT of this package is known in PyTorch",
        hint: "its weights and tokenizer are files of Hugging Face's formats: write that model too")
    }
    if let experts = record.configuration.model.language?.experts {
      throw DataError.badData(
        path: directory.path,
        reason:
          "its model has \(experts) experts, and only models without any are known in PyTorch",
        hint: "its weights and tokenizer are files of Hugging Face's formats: write that model too")
    }
    let trained = try TrainedModel(of: record, in: directory)
    let endOfText = Int(trained.tokenizer.endOfText)
    files = [
      (
        "config.json",
        try Self.json(Configuration(of: record, trained.model.configuration, endOfText: endOfText))
      ),
      // Without this key, transformers refuses the weights.
      (
        "model.safetensors",
        Checkpoint.serialized(trained.parameters, metadata: ["format": "pt"])
      ),
      (Manifest.tokenizerFileName, trained.tokenizer.serialized()),
      (
        "tokenizer_config.json",
        try Self.json(TokenizerConfiguration(modelMaxLength: trained.model.configuration.context))
      ),
      ("modeling_speedrun.py", PackageResources.modeling_speedrun_py),
      ("transformers_speedrun.py", PackageResources.transformers_speedrun_py),
    ]
  }

  /// Writes a directory that is not there yet, or is empty, whole or not at all.
  package func write(to directory: URL) throws(DataError) { try Files.create(files, in: directory) }

  private static func json(_ value: some Encodable) throws -> [UInt8] {
    Array((try JSON.document(value, inSnakeCase: true) + "\n").utf8)
  }

  /// The content of `config.json`, with the names that transformers has for what it knows.
  private struct Configuration: Encodable {
    let architectures = ["SpeedrunForCausalLM"]
    let autoMap = [
      "AutoConfig": "transformers_speedrun.SpeedrunConfig",
      "AutoModelForCausalLM": "transformers_speedrun.SpeedrunForCausalLM",
    ]
    let modelType = "speedrun"
    let torchDtype = "float32"
    let tieWordEmbeddings = false
    let bosTokenID: Int
    let eosTokenID: Int
    let vocabSize: Int
    let hiddenSize: Int
    let intermediateSize: Int
    let numAttentionHeads: Int
    let numHiddenLayers: Int
    let maxPositionEmbeddings: Int
    let attentionScale: Float
    let logitSoftcap: Float
    let rotaryBase: Double
    let trainedBy: Origin

    init(of record: RunRecord, _ model: GPTConfiguration, endOfText: Int) {
      (bosTokenID, eosTokenID) = (endOfText, endOfText)
      vocabSize = model.vocabularySize
      (hiddenSize, intermediateSize) = (model.modelDimension, model.hiddenDimension)
      (numAttentionHeads, numHiddenLayers) = (model.heads, model.layers)
      maxPositionEmbeddings = model.context
      (attentionScale, logitSoftcap) = (model.attentionScale, model.softcap)
      rotaryBase = model.ropeBase
      trainedBy = Origin(of: record)
    }
  }

  /// Where the weights come from.
  private struct Origin: Encodable {
    let track: String
    let optimizer: String
    let settings: [String]
    let seed: UInt64
    let steps: Int
    let precision: Precision
    let corpus: String
    let outcome: RunRecord.Outcome
    @OrNull var finalValLoss: Double?
    @OrNull var commit: String?

    init(of record: RunRecord) {
      (track, optimizer, settings) = (record.track, record.optimizer, record.settings)
      let training = record.configuration.training
      (seed, precision) = (training.seed, training.precision)
      (corpus, outcome) = (record.data.corpus, record.outcome)
      (steps, finalValLoss) = (record.result.steps, record.result.finalValLoss)
      commit = record.environment.git.commit
    }
  }

  /// The content of `tokenizer_config.json`: what transformers cannot tell from `tokenizer.json`.
  private struct TokenizerConfiguration: Encodable {
    let tokenizerClass = "PreTrainedTokenizerFast"
    let bosToken = endOfTextLiteral
    let eosToken = endOfTextLiteral
    let modelInputNames = ["input_ids", "attention_mask"]
    let modelMaxLength: Int
    let cleanUpTokenizationSpaces = false
  }
}
