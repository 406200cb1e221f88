import Foundation
import Machine

extension Files {
  /// Writes files to a new directory beside `place`, and gives that to `move`, which brings it to its place.
  ///
  /// Whatever fails, nothing half-written is left. Errors name the place a person asked for.
  static func write(
    _ files: [(name: String, bytes: [UInt8])], beside place: URL,
    move: (URL) throws(DataError) -> Void
  ) throws(DataError) {
    let manager = FileManager.default
    let process = ProcessInfo.processInfo.processIdentifier
    let partial = place.deletingLastPathComponent()
      .appendingPathComponent(".partial-\(place.lastPathComponent).\(process)")
    defer { try? manager.removeItem(at: partial) }
    try writing(to: place) {
      try manager.createDirectory(at: partial, withIntermediateDirectories: true)
    }
    for file in files {
      try writing(to: place.appendingPathComponent(file.name)) {
        let new = try NewFile(at: partial.appendingPathComponent(file.name).path)
        try file.bytes.withUnsafeBytes { try new.append($0) }
        try new.commit()
      }
    }
    try move(partial)
  }

  /// Creates a directory with files in it, whole or not at all.
  ///
  /// - Parameters:
  ///   - files: What will be in it.
  ///   - directory: Where nothing is yet, or an empty directory; a link is followed.
  /// - Throws: ``DataError`` of kind `cannotWrite`.
  package static func create(
    _ files: [(name: String, bytes: [UInt8])], in directory: URL
  ) throws(DataError) {
    let place = directory.resolvingSymlinksInPath()
    let manager = FileManager.default
    if manager.fileExists(atPath: place.path),
      (try? manager.contentsOfDirectory(atPath: place.path))?.isEmpty != true
    {
      throw .cannotWrite(
        path: directory.relativePath, reason: "is there already, and not an empty directory",
        hint: "choose another place, or remove it first")
    }
    try write(files, beside: place) { partial throws(DataError) in
      try writing(to: directory) {
        // Of what is there, this replaces an empty directory only.
        guard rename(partial.path, place.path) == 0 else { throw SystemError.last }
      }
    }
  }
}
