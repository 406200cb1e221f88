import ArgumentParser
import Autograd
import Foundation
import Machine
import NanoGPT
import Runs
import Text

/// Says what a run would use, and what could be better.
struct DoctorCommand: ColoredCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Say which machine, BLAS, threads, SIMD and data a run would use.",
    discussion: "A warning says what to do.\n\n\(ExitStatus.help)")

  @OptionGroup var color: ColorOption

  /// One thing looked at; with advice if it could be better.
  private typealias Check = (name: String, text: String, advice: String?)

  func run() throws {
    let console = Console.output(color.mode)
    let checks = machine + Registry.current.tracks.map { data($0.track) } + [output]
    for (name, text, advice) in checks {
      let mark = advice == nil ? console.paint("ok  ", .green) : console.paint("warn", .yellow)
      console.print("\(mark)  \(Format.padded(name, to: 12))\(text)")
      if let advice { console.print(Format.padded("", to: 18) + advice) }
    }
  }

  private var machine: [Check] {
    let cores = ProcessInfo.processInfo.activeProcessorCount
    let environment = Environment(threads: cores)
    let memory = ProcessInfo.processInfo.physicalMemory
    let precisions = Precision.allCases.filter { $0.problem == nil }.map(\.rawValue)
    let commit = environment.git.commit.map { commit in
      "\(commit.prefix(12))" + (environment.git.dirty == true ? ", with changes" : "")
    }
    let load = Processor.load ?? 0
    let isBusy = load > 0.5
    return [
      ("processor", environment.cpu, nil),
      ("threads", "\(cores)", nil),
      (
        "load", Format.fixed(load, 2),
        isBusy ? "other programs are running: times will be longer than they could be" : nil
      ),
      (
        "memory", Format.bytes(Int(memory)),
        memory < 1_000_000_000 ? "the kjv track needs about 300 MB free" : nil
      ),
      (
        "SIMD", environment.simd,
        ["x86-64-v3", "x86-64-v4"].contains(environment.simd)
          ? nil : "the slowest loops are chosen: expect a multiple of the usual time"
      ),
      ("products", "\(environment.products): \(precisions.joined(separator: ", "))", nil),
      ("OpenBLAS", "\(environment.openBLAS.version), core \(environment.openBLAS.core)", nil),
      ("Swift", environment.swift, nil),
      (
        "source", commit ?? "no git checkout",
        commit == nil ? "records will not name a commit" : nil
      ),
    ]
  }

  private func data(_ track: Track) -> Check {
    let directory = track.dataDirectory
    let (name, path) = ("data \(track.corpus)", directory.relativePath)
    do {
      let tokens = try PreparedData(in: directory, for: track.demand).trainingTokens
      return (name, "\(Format.grouped(tokens)) training tokens in \(path), intact", nil)
    } catch DataError.missingInput {
      return (name, "not prepared yet; the first run will do it", nil)
    } catch {
      return (
        name, "\(error)", "remove \(path) and run `speedrun prepare --corpus \(track.corpus)`"
      )
    }
  }

  private var output: Check {
    var place = RunDirectory.runs.standardizedFileURL
    while !FileManager.default.fileExists(atPath: place.path), place.path != "/" {
      place.deleteLastPathComponent()
    }
    let isWritable = FileManager.default.isWritableFile(atPath: place.path)
    return (
      "output", RunDirectory.runs.relativePath,
      isWritable ? nil : "\(place.path) cannot be written: use --out DIR"
    )
  }
}
