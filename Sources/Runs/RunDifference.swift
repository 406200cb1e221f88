import Foundation
import Muon
import NanoGPT
import Text

extension RunPlan {
  /// Whether a record is of a run of this plan, whatever machine it ran on.
  package func produces(_ record: RunRecord) -> Bool { difference(from: record) == nil }

  /// What a record says that is not so in this plan, the first in words; nil when it is of such a run.
  package func difference(from record: RunRecord) -> String? {
    guard
      let mine = try? Self.identity(
        name: track.name, optimizer: optimizer, corpus: track.corpus,
        architecture: track.model.architecture, model: track.modelConfiguration,
        training: RunRecord.Training(self),
        rules: recipe.rules(for: track.modelConfiguration.language)),
      let other = try? Self.identity(
        name: record.track, optimizer: record.optimizer, corpus: record.data.corpus,
        architecture: record.configuration.architecture, model: record.configuration.model,
        training: record.configuration.training,
        rules: record.configuration.groups.map { ($0.name, $0.rule) })
    else { return "its configuration cannot be written" }
    // What a person would say first, then the rest.
    let keys = ["track", "optimizer", "seed"] + Set(mine.keys).union(other.keys).sorted()
    for key in keys where mine[key] != other[key] {
      return "\(key) is \(Self.text(other[key])) there and \(Self.text(mine[key])) here"
    }
    return nil
  }

  /// Everything that makes a run this one, by dotted keys.
  private static func identity(
    name: String, optimizer: String, corpus: String, architecture: String?,
    model: ModelConfiguration,
    training: RunRecord.Training, rules: [(group: String, rule: NamedRule)]
  ) throws -> [String: Tree] {
    var tree = Tree.object([
      "track": .string(name), "optimizer": .string(optimizer), "corpus": .string(corpus),
      "model": try tree(model),
    ])
    tree[["model", "kind"]] = architecture.map { .string($0) }
    // The keys of a training are those of the track and the recipe, which --set has too.
    for (key, value) in try Self.tree(training).object ?? [:] { tree[[key]] = value }
    for (group, rule) in rules { tree[[group]] = try Self.tree(rule) }
    return Dictionary(tree.leaves.map { ($0.key, $0.value) }) { $1 }
  }

  private static func tree(_ value: some Encodable) throws -> Tree {
    try JSON.decoded(Tree.self, from: Array(try JSON.line(value).utf8))
  }

  private static func text(_ value: Tree?) -> String {
    let text = value.map { Setting.text(of: $0) } ?? ""
    return text.isEmpty ? "none" : text
  }
}

extension RunRecord.DataFiles {
  /// What other data there are, the first file by name, in words; nil when their content is the same.
  package func difference(from other: RunRecord.DataFiles) -> String? {
    func checksums(_ files: RunRecord.DataFiles) -> [(name: String, sha256: String)] {
      files.trainShards.enumerated().map { ("training shard \($0 + 1)", $1.sha256) }
        + files.valShards.enumerated().map { ("validation shard \($0 + 1)", $1.sha256) }
        + (files.tokenizer.map { [("the tokenizer", $0.sha256)] } ?? [])
    }
    let (mine, others) = (checksums(self), checksums(other))
    for (file, before) in zip(mine, others) where file != before {
      return "SHA-256 of \(file.name) was \(before.sha256) and is \(file.sha256)"
    }
    return mine.count == others.count
      ? nil : "there were \(others.count) files of data and are \(mine.count)"
  }
}

extension Environment {
  /// What rounds otherwise than in another environment, in words; nil when nothing does.
  package func difference(from other: Environment) -> String? {
    let parts = [
      ("the matrix products are those of", products, other.products),
      ("the vector instructions are", simd, other.simd),
      ("OpenBLAS's version is", openBLAS.version, other.openBLAS.version),
      ("OpenBLAS's kernels are those for", openBLAS.core, other.openBLAS.core),
    ]
    return parts.first { $1 != $2 }.map { "\($0) \($1), and were \($2)" }
  }
}
