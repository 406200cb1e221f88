import Foundation

/// The file of that name in Tests/Goldens, found from this source file's own place.
public func golden(_ name: String) -> URL {
  URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Goldens/\(name)")
}
