import Foundation

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
        try Data(file.bytes).write(to: partial.appendingPathComponent(file.name))
      }
    }
    try move(partial)
  }
}
