import Autograd
import Experiments
import Muon
import Text

extension BatchStudy {
  /// A row for every arm at every size of the batch.
  package var table: ResultTable {
    typealias Entry = (column: ResultTable.Column, cell: (Size, Arm) -> ResultTable.Cell)
    /// Told of Muon only.
    func muon(_ title: String, _ text: @escaping (Size) -> String?) -> Entry {
      (.right(title), { .text($1.optimizer == "muon" ? text($0) ?? "-" : "") })
    }
    func share(
      _ title: String, _ value: @escaping (NewtonSchulzOverhead, Int) -> Double
    ) -> Entry {
      muon(title) { size in size.overhead.map { Format.percent(value($0, size.tokens)) } }
    }
    func ratio(_ value: Double?) -> String? { value.map { Format.fixed($0, 2) } }
    let counted: [Entry] = [
      (.right("tokens a step"), { size, _ in .text(Format.grouped(size.tokens)) }),
      (.init("arm"), { .text($1.name) }), (.init("best"), { .code($1.settingsText) }),
      (.right("steps to target"), { .text($1.steps.text) }),
      muon("Muon / AdamW, steps") { ratio($0.stepsRatio) },
      share("Newton-Schulz, as computed") { $0.ratio(tokens: $1) },
      share("Newton-Schulz, plain formula") { $0.plainRatio(tokens: $1) },
      share("T d / tokens") { $0.bound(tokens: $1) },
    ]
    let timed: [Entry] = [
      (
        .right("optimizer, measured"), { .text($1.time.map { Format.percent($0.overhead) } ?? "-") }
      ),
      (.right("seconds to target"), { .text($1.seconds.map { Format.fixed($0, 1) } ?? "-") }),
      muon("Muon / AdamW, seconds") { ratio($0.secondsRatio) },
    ]
    let record: Entry = (
      .init("record"),
      { size, _ in
        .link(size.name, to: "records/\(size.name)")
      }
    )
    let entries = counted + (isTimed ? timed : []) + [record]
    return ResultTable(
      entries.map(\.column),
      sizes.flatMap { size in size.arms.map { arm in entries.map { $0.cell(size, arm) } } })
  }

  /// What the columns mean, and what they do not show.
  package var sentences: [String] {
    var sentences = [
      "Steps to the target are read off final losses of several schedules at the best learning "
        + "rate, of \(seedsText) each."
    ]
    if sizes.contains(where: { $0.arms.contains { !$0.edges.isEmpty } }) {
      sentences.append(
        "A star: the best value is the lowest or the highest that was tried, and a better one may lie "
          + "beyond.")
    }
    let overheads = sizes.compactMap(\.overhead)
    if !overheads.isEmpty {
      sentences.append(
        "What is added to forward and backward is given as a share of them. Newton-Schulz, as "
          + "computed, is its floating-point operations as they are done here, with half of every "
          + "symmetric product and most steps on the Gram matrix where a matrix is not square; by "
          + "the plain formula they are T (4 m^2 n + 2 m^3) for a matrix of m x n, "
          + "T = \(iterationsText), which Jordan bounds by T d / tokens.")
    }
    if zip(sizes, sizes.map(\.overhead)).contains(where: { size, overhead in
      size.precision == .bfloat16 && overhead?.muon.newtonSchulzPrecision == .float32
    }) {
      sentences.append(
        "Newton-Schulz is float32 here while forward and backward are bf16, so per operation it is "
          + "dearer than a count of operations says.")
    }
    if !isTimed {
      sentences.append(
        "Seconds are left out: not all trials are known to have run alone and on the same cores.")
    }
    return sentences
  }

  /// The steps of Newton-Schulz, in words.
  var iterationsText: String {
    Set(sizes.compactMap(\.overhead?.iterations)).sorted().map(String.init)
      .joined(separator: " and ")
  }

  private var seedsText: String {
    let counts = Set(sizes.map(\.seeds)).sorted()
    return counts == [1]
      ? "one seed" : "\(counts.map(String.init).joined(separator: " or ")) seeds"
  }
}

extension BatchStudy.Arm {
  /// The best settings, those at an edge with a star.
  fileprivate var settingsText: String {
    settings.map { setting in
      edges.contains { setting.hasPrefix("\($0)=") } ? setting + "*" : setting
    }.joined(separator: " ")
  }
}
