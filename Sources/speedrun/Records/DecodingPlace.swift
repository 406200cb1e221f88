/// Where a value could not be decoded.
enum DecodingPlace {
  /// The key that is wrong, to follow what is said about the whole; empty where none is to blame.
  static func text(of error: any Error) -> String {
    let context: DecodingError.Context
    var last: (any CodingKey)?
    switch error {
    case DecodingError.keyNotFound(let key, let found): (last, context) = (key, found)
    case DecodingError.typeMismatch(_, let found), DecodingError.valueNotFound(_, let found),
      DecodingError.dataCorrupted(let found):
      context = found
    default: return ""
    }
    var path = context.codingPath.map(\.stringValue)
    if let last, path.last != last.stringValue { path.append(last.stringValue) }
    return path.isEmpty ? "" : ", look at '\(path.joined(separator: "."))'"
  }
}
