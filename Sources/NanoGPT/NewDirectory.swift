import Foundation
import Machine

extension Files {
  /// Makes a new directory beside `place`, which `fill` fills, and gives it to `move`, which brings it to its place.
  ///
  /// Whatever fails, nothing half-written is left.
  static func makeDirectory(
    beside place: URL, fill: (URL) throws(DataError) -> Void, move: (URL) throws(DataError) -> Void
  ) throws(DataError) {
    let manager = FileManager.default
    let process = ProcessInfo.processInfo.processIdentifier
    let partial = place.deletingLastPathComponent()
      .appendingPathComponent(".partial-\(place.lastPathComponent).\(process)")
    defer { try? manager.removeItem(at: partial) }
    try writing(to: place) {
      try manager.createDirectory(at: partial, withIntermediateDirectories: true)
    }
    try fill(partial)
    try move(partial)
  }

  /// Writes a file to a directory that is to be at `place`, the place that an error names.
  static func write(
    _ bytes: [UInt8], as name: String, in directory: URL, for place: URL
  ) throws(DataError) {
    try writing(to: place.appendingPathComponent(name)) {
      let new = try NewFile(at: directory.appendingPathComponent(name).path)
      try bytes.withUnsafeBytes { try new.append($0) }
      try new.commit()
    }
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
    try makeDirectory(
      beside: place,
      fill: { partial throws(DataError) in
        for file in files { try write(file.bytes, as: file.name, in: partial, for: place) }
      },
      move: { partial throws(DataError) in
        try writing(to: directory) {
          // Of what is there, this replaces an empty directory only.
          try NewFile.rename(partial.path, to: place.path)
        }
      })
  }
}
