import ArgumentParser
import Autograd
import Foundation
import Glibc
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

  /// One thing looked at.
  private struct Finding {
    let name: String
    let text: String
    var advice: String?
  }

  func run() throws {
    let console = Console.output(color.mode)
    let findings = machine + Registry.current.tracks.map { data($0.track) } + [output]
    for finding in findings {
      let mark =
        finding.advice == nil ? console.paint("ok  ", .green) : console.paint("warn", .yellow)
      console.print("\(mark)  " + Format.padded(finding.name, to: 12) + finding.text)
      if let advice = finding.advice { console.print(Format.padded("", to: 18) + advice) }
    }
  }

  private var machine: [Finding] {
    let cores = ProcessInfo.processInfo.activeProcessorCount
    let environment = Environment(threads: cores)
    let memory = ProcessInfo.processInfo.physicalMemory
    let simdAdvice = "the slowest loops are chosen: expect a multiple of the usual time"
    let commit = environment.git.commit.map { commit in
      "\(commit.prefix(12))" + (environment.git.dirty == true ? ", with changes" : "")
    }
    var load = [0.0]
    let busy = getloadavg(&load, 1) == 1 && load[0] > 0.5
    return [
      Finding(name: "processor", text: environment.cpu),
      Finding(name: "threads", text: "\(cores)"),
      Finding(
        name: "load", text: Format.fixed(load[0], 2),
        advice: busy ? "other programs are running: times will be longer than they could be" : nil),
      Finding(
        name: "memory", text: Format.bytes(Int(memory)),
        advice: memory < 1_000_000_000 ? "the kjv track needs about 300 MB free" : nil),
      Finding(
        name: "SIMD", text: environment.simd,
        advice: ["x86-64-v3", "x86-64-v4"].contains(environment.simd) ? nil : simdAdvice),
      Finding(name: "products", text: products),
      Finding(
        name: "OpenBLAS",
        text: "\(environment.openBLAS.version), core \(environment.openBLAS.core)"),
      Finding(name: "Swift", text: environment.swift),
      Finding(
        name: "source", text: commit ?? "no git checkout",
        advice: commit == nil ? "records will not name a commit" : nil),
    ]
  }

  /// Who multiplies matrices, and in which precisions.
  private var products: String {
    let precisions = Precision.allCases.filter { $0.problem == nil }.map(\.rawValue)
    return "\(ProductKernels.fastest.rawValue): " + precisions.joined(separator: ", ")
  }

  private func data(_ track: Track) -> Finding {
    let directory = track.dataDirectory
    let name = "data \(track.corpus)"
    do {
      let data = try PreparedData(in: directory, for: track.demand)
      return Finding(
        name: name,
        text:
          "\(Format.grouped(data.trainingTokens)) training tokens in \(directory.relativePath), intact"
      )
    } catch DataError.missingInput {
      return Finding(name: name, text: "not prepared yet; the first run will do it")
    } catch {
      return Finding(
        name: name, text: "\(error)",
        advice: "remove \(directory.relativePath) and run "
          + "`speedrun prepare --corpus \(track.corpus)`")
    }
  }

  private var output: Finding {
    let runs = RunDirectory.runs
    var place = runs.standardizedFileURL
    while !FileManager.default.fileExists(atPath: place.path), place.path != "/" {
      place.deleteLastPathComponent()
    }
    let isWritable = FileManager.default.isWritableFile(atPath: place.path)
    return Finding(
      name: "output", text: runs.relativePath,
      advice: isWritable ? nil : "\(place.path) cannot be written: use --out DIR")
  }
}
