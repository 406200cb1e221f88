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

      \(Speedrun.name) export --huggingface DIR results/runs/RUN

      --huggingface writes the model for PyTorch and Hugging Face's transformers: config.json, model.safetensors, \
      tokenizer.json, tokenizer_config.json, and the model in Python. In DIR, `from modeling_speedrun import GPT` and \
      `GPT.load(".")` need torch and safetensors only. Transformers' AutoModelForCausalLM and AutoTokenizer load DIR \
      with trust_remote_code=True.

      \(ExitStatus.help)
      """)

  @Argument(
    help: "The directory of a run; with --csv it may still be running.", completion: .directory)
  var directory: String

  @Flag(help: "The losses of every step as comma-separated values.")
  var csv = false

  @Option(
    name: .customLong("huggingface"),
    help: "Write the model for PyTorch to this directory, which must be new or empty.",
    completion: .directory)
  var huggingFace: String?

  @Option(
    help: "Write the losses to this file, which must not be there yet, instead of standard output.",
    completion: .file())
  var out: String?

  @OptionGroup var color: ColorOption

  func validate() throws {
    if !csv, huggingFace == nil {
      throw ValidationError("export: say in which format, such as --csv or --huggingface DIR")
    }
    if csv, huggingFace != nil {
      throw ValidationError("export: one format at a time, --csv or --huggingface DIR")
    }
    if !csv, out != nil {
      throw ValidationError("--out goes with --csv; --huggingface names its own directory")
    }
  }

  func run() throws {
    let directory = URL(fileURLWithPath: directory, isDirectory: true)
    if let huggingFace {
      let place = URL(fileURLWithPath: huggingFace, isDirectory: true)
      return try HuggingFaceExport(ofRunIn: directory).write(to: place)
    }
    let curve = try RunCurve(ofRunIn: directory)
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
