import Foundation
import Machine
import NanoGPT

extension DirectoryLock {
  /// Takes the right to write in a directory, which is made if need be, for a command of this name.
  package static func held(on url: URL, by command: String) throws(DataError) -> DirectoryLock {
    try Files.writing(to: url) {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }
    let lock: DirectoryLock?
    do {
      lock = try DirectoryLock(url.path)
    } catch {
      throw .cannotWrite(
        path: url.relativePath, reason: error.description,
        hint: "choose another place with --out DIR")
    }
    guard let lock else {
      throw .cannotWrite(
        path: url.relativePath, reason: "another \(command) is writing there",
        hint: "wait for it, or choose another place with --out DIR")
    }
    return lock
  }
}
