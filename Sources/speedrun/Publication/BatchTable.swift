extension BatchStudy {
  /// Two rows for every size of the batch, one for each arm.
  package var table: ResultTable {
    ResultTable(
      [
        .right("tokens a step"), .init("arm"), .init("best"), .right("steps to target"),
        .right("seconds to target"), .right("Muon / AdamW, steps"),
        .right("Muon / AdamW, seconds"), .right("Newton-Schulz, predicted"),
        .right("optimizer, measured"), .init("record"),
      ],
      sizes.flatMap { size in
        size.arms.map { arm in
          let isMuon = arm.optimizer == .muon
          func ratio(_ value: Double?) -> ResultTable.Cell {
            .text(isMuon ? value.map { Format.fixed($0, 2) } ?? "-" : "")
          }
          let overhead = size.overhead.ratio(tokens: size.tokens)
          return [
            .text(Format.grouped(size.tokens)), .text(arm.name),
            .code(arm.settings.joined(separator: " ")), .text(arm.steps.text),
            .text(arm.seconds.map { Format.fixed($0, 1) } ?? "-"), ratio(size.stepsRatio),
            ratio(size.secondsRatio),
            .text(isMuon ? Format.percent(overhead / (1 + overhead)) : ""),
            .text(Format.percent(arm.optimizerShare)),
            .link(size.name, to: "records/\(size.name)"),
          ]
        }
      })
  }
}
