extension RawJSON {
  /// A value that is not what it should be.
  struct Difference {
    /// Keys and places: `arms[0].name`.
    let path: String
    /// Nil when it is not there.
    let found: RawJSON?
    /// Nil when it should not be there.
    let expected: RawJSON?

    /// In words: `arms[0].name is "a"; it should be "b"`.
    func text(because reason: String = "it should be") -> String {
      switch (found, expected) {
      case (let found?, let expected?):
        "\(path) is \(Self.short(found)); \(reason) \(Self.short(expected))"
      case (let found?, nil): "\(path) is \(Self.short(found)); there should be none"
      case (nil, let expected): "\(path) is missing; \(reason) \(expected.map(Self.short) ?? "")"
      }
    }

    private static func short(_ value: RawJSON) -> String {
      let text = value.canonical
      return text.count > 100 ? text.prefix(97) + "..." : text
    }
  }

  /// Where this differs from what it should be.
  ///
  /// Numbers are equal when their values are, or, with a tolerance, when they differ by no more than
  /// that share of the greater.
  func differences(
    from expected: RawJSON, tolerance: Double = 0, at path: String = ""
  ) -> [Difference] {
    switch (self, expected) {
    case (.object(let found), .object(let members)):
      let dot = path.isEmpty ? "" : "."
      let expectedKeys = Set(members.map(\.key))
      let missing = members.flatMap { key, value -> [Difference] in
        let place = path + dot + key.dropFirst().dropLast()
        guard let own = found.first(where: { $0.key == key })?.value else {
          return [Difference(path: place, found: nil, expected: value)]
        }
        return own.differences(from: value, tolerance: tolerance, at: place)
      }
      return missing
        + found.filter { !expectedKeys.contains($0.key) }.map { key, value in
          Difference(path: path + dot + key.dropFirst().dropLast(), found: value, expected: nil)
        }
    case (.array(let found), .array(let elements)) where found.count == elements.count:
      return found.indices.flatMap { index in
        found[index].differences(
          from: elements[index], tolerance: tolerance, at: "\(path)[\(index)]")
      }
    default:
      // Counts and seeds are exact, whatever their size.
      if !(isWhole && expected.isWhole), let number, let other = expected.number,
        number.isClose(to: other, within: tolerance)
      {
        return []
      }
      return self == expected ? [] : [Difference(path: path, found: self, expected: expected)]
    }
  }
}

extension RawJSON {
  /// Whether it is a number written without a fraction or an exponent.
  private var isWhole: Bool {
    guard case .token(let token) = self else { return false }
    return token.utf8.allSatisfy {
      $0 == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
    }
  }
}

extension Double {
  /// Whether the values differ by no more than a share of the greater.
  func isClose(to other: Double, within tolerance: Double) -> Bool {
    abs(self - other) <= tolerance * max(abs(self), abs(other))
  }
}
