import Experiments

extension ReportSection {
  /// The final loss by the length of the schedule; nil without records of it.
  static func lengths(of experiments: [FinishedExperiment], colors: ArmColors) -> ReportSection? {
    let studies = experiments.lengthStudies
    guard !studies.isEmpty else { return nil }
    var section = ReportSection(title: "How the final loss depends on the number of steps")
    for study in studies {
      section.paragraphs.append(study.sentence)
      section.figures += [LengthsFigure.figure(of: study, colors: colors)].compactMap(\.self)
      section.tables.append(("\(study.experiment.name):", study.table))
    }
    return section
  }

  /// What each change of a recipe is worth; nil without records of it.
  static func ablations(of experiments: [FinishedExperiment]) -> ReportSection? {
    let studies = experiments.ablationStudies
    guard !studies.isEmpty else { return nil }
    var section = ReportSection(
      title: "What each change of a recipe is worth: ablations",
      paragraphs: [
        "Differences are paired by seed; p is of a two-sided t-test, one for each arm, not corrected "
          + "for their number."
      ])
    for study in studies {
      let name = study.rows.first?.name ?? ""
      let worth =
        study.lengths.map {
          "worth in steps is the length of a schedule of \(name) that ends at the same loss, from "
            + "\($0.experiment.name)"
        } ?? "no loss can be told in steps, without a comparison of schedule lengths"
      section.paragraphs.append("In \(study.experiment.name), \(worth).")
      section.figures += [AblationsFigure.figure(of: study)].compactMap(\.self)
      section.tables.append(("\(study.experiment.name):", AblationTable.table(of: study)))
    }
    return section
  }

  /// Where Muon's edge begins and ends; nil without records of it.
  static func batchSizes(of experiments: [FinishedExperiment], colors: ArmColors) -> ReportSection?
  {
    guard let study = experiments.batchStudy else { return nil }
    return ReportSection(
      title: "Where the edge begins and ends: batch sizes",
      paragraphs: [study.sentences.joined(separator: " ")],
      tables: [("", study.table)],
      figures: [BatchFigure.figure(of: study, colors: colors)].compactMap(\.self))
  }

  /// What orthogonalization does; nil without logs that have it.
  static func spectra(of experiments: [FinishedExperiment]) -> ReportSection? {
    let figures = experiments.compactMap(SpectraFigure.figure)
    return figures.isEmpty
      ? nil
      : ReportSection(
        title: "What Newton-Schulz does to an update",
        paragraphs: [
          "Singular values from the logs of runs with --diagnostics: the strengths of an update's "
            + "directions."
        ], figures: figures)
  }

  /// How the recipes were found; nil without records of it.
  static func sweeps(of experiments: [FinishedExperiment]) -> ReportSection? {
    let sweeps = experiments.sweeps(.search)
    guard !sweeps.isEmpty else { return nil }
    return ReportSection(
      title: "How both arms were tuned",
      paragraphs: [
        "Every arm of a sweep gets as many trials, each a whole schedule. A best value at the edge of "
          + "what was tried may have a better one beyond."
      ],
      tables: [("", SweepTable.table(of: sweeps))],
      figures: sweeps.compactMap { SweepFigure.figure(of: $0.experiment, $0.result, $0.lines) })
  }
}
