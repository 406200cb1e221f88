import Foundation

/// Returns where the expected numbers named `name` lie: in `Tests/Goldens`.
public func golden(_ name: String) -> URL {
  URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Goldens").appendingPathComponent(name)
}
