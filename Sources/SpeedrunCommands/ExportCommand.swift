import ArgumentParser
import Foundation
import Machine
import NanoGPT
import Runs

/// Gives a run to other programs.
struct ExportCommand: ColoredCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write a run in a format that other programs read.",
    discussion: """
      \(Speedrun.name) export --csv results/runs/RUN > curve.csv

      --csv writes a line for every step: step,train_loss,val_loss,glance_loss,seconds,lr_factor. The losses of a \
      line are those after so many steps, train_loss that of the next batch, val_loss on the whole validation set and \
      glance_loss on a part of it; seconds are those of training until then. What is not known is empty.

      \(ExitStatus.help)
      """)

  @Argument(help: "The directory of a run, which may still be running.", completion: .directory)
  var directory: String

  @Flag(help: "The losses of every step as comma-separated values.")
  var csv = false

  @Option(
    help: "Write to this file, which must not be there yet, instead of standard output.",
    completion: .file())
  var out: String?

  @OptionGroup var color: ColorOption

  func validate() throws {
    if !csv { throw ValidationError("export: say in which format, such as --csv") }
  }

  func run() throws {
    let curve = try RunCurve(ofRunIn: URL(fileURLWithPath: directory, isDirectory: true))
    guard let out else {
      Signals.endWithReader()
      return try Console.output(color.mode).printResult(String(curve.csv.dropLast()))
    }
    let url = URL(fileURLWithPath: out)
    guard !FileManager.default.fileExists(atPath: url.path) else {
      throw DataError.cannotWrite(
        path: url.relativePath, reason: "is there already",
        hint: "choose another name with --out, or remove it first")
    }
    try Files.write(Array(curve.csv.utf8), to: url)
  }
}
