import Foundation

/// The directory of the whole package, found from this source file's own place.
public let repository = URL(filePath: #filePath).deletingLastPathComponent()
  .deletingLastPathComponent().deletingLastPathComponent()

/// The file of that name in Tests/Goldens.
public func golden(_ name: String) -> URL { repository.appending(path: "Tests/Goldens/\(name)") }
