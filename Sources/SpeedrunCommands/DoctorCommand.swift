import ArgumentParser
import Autograd
import Foundation
import Machine
import NanoGPT
import Runs
import Text

/// Says what a run would use, and what could be better.
struct DoctorCommand: ColoredCommand, KernelsCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Say which machine, BLAS, threads, SIMD and data a run would use.",
    discussion: "A warning says what to do.\n\n\(ExitStatus.help)")

  @OptionGroup var kernels: KernelsOption

  @OptionGroup var color: ColorOption

  /// One thing looked at; with advice if it could be better.
  private typealias Check = (name: String, text: String, advice: String?)

  func run() throws {
    let console = Console.output(color.mode)
    // Several tracks may train on the same data.
    var seen: Set<URL> = []
    let tracks = Registry.current.tracks.map(\.track)
      .filter { seen.insert($0.dataDirectory).inserted }
    let checks = machine + tracks.map(data) + [output]
    for (name, text, advice) in checks {
      let mark = advice == nil ? console.paint("ok  ", .green) : console.paint("warn", .yellow)
      console.print("\(mark)  \(Format.padded(name, to: 12))\(text)")
      if let advice { console.print(Format.padded("", to: 18) + advice) }
    }
  }

  private var machine: [Check] {
    let cores = Processor.usableCount
    let environment = Environment(threads: cores)
    let memory = ProcessInfo.processInfo.physicalMemory
    let precisions = Precision.allCases.filter { $0.problem == nil }.map(\.rawValue)
    let commit = environment.git.commit.map { commit in
      "\(commit.prefix(12))" + (environment.git.dirty == true ? ", with changes" : "")
    }
    let load = Processor.load ?? 0
    let isSlow = environment.simd == "baseline"
    let others = ProductKernels.allCases.filter { $0.isSupported && $0 != .chosen }.map(\.name)
    let busy = "other programs are running: times will be longer than they could be"
    let slow = "the slowest loops are chosen: expect a multiple of the usual time"
    let small = "the kjv track needs about 300 MB free"
    return [
      ("processor", "\(Processor.current)", nil),
      ("threads", "\(cores)", nil),
      ("load", Format.fixed(load, 2), load > 0.5 ? busy : nil),
      ("memory", Format.bytes(Int(memory)), memory < 1_000_000_000 ? small : nil),
      ("SIMD", environment.simd, isSlow ? slow : nil),
      ("products", "\(environment.products): \(precisions.joined(separator: ", "))", nil),
      (
        "kernels",
        "\(ProductKernels.chosen.name); \(others.joined(separator: ", ")) with --kernels", nil
      ),
      (BLAS.name, "\(environment.openBLAS.version), core \(environment.openBLAS.core)", nil),
      ("Swift", environment.swift, nil),
      commit.map { ("source", $0, nil) }
        ?? ("source", "no git checkout", "records will not name a commit"),
    ]
  }

  private func data(_ track: Track) -> Check {
    let directory = track.dataDirectory
    let (name, path) = ("data \(track.corpus)", directory.relativePath)
    do {
      let count = Format.grouped(try track.data(in: directory).trainingCount)
      let inputs = track.isOfImages ? "images" : "tokens"
      return (name, "\(count) training \(inputs) in \(path), intact", nil)
    } catch DataError.missingInput {
      return (name, "not prepared yet; the first run will do it", nil)
    } catch {
      let remedy = "remove \(path) and run `\(Speedrun.command) prepare --corpus \(track.corpus)`"
      return (name, "\(error)", remedy)
    }
  }

  private var output: Check {
    var place = RunDirectory.runs.standardizedFileURL
    while !FileManager.default.fileExists(atPath: place.path), place.path != "/" {
      place.deleteLastPathComponent()
    }
    let isWritable = FileManager.default.isWritableFile(atPath: place.path)
    let advice = "\(place.path) cannot be written: use --out DIR"
    return ("output", RunDirectory.runs.relativePath, isWritable ? nil : advice)
  }
}
