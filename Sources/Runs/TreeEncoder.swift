/// Makes a ``Tree`` of any value that can be encoded, whole and floating-point numbers apart.
final class TreeEncoder: Encoder {
  let codingPath: [any CodingKey]
  let userInfo: [CodingUserInfoKey: Any] = [:]
  /// What has been encoded so far; a nested encoder hands it on to the one around it.
  private var tree = Tree.null { didSet { changed(tree) } }
  private let changed: (Tree) -> Void

  private init(at path: [any CodingKey], changed: @escaping (Tree) -> Void = { _ in }) {
    (codingPath, self.changed) = (path, changed)
  }

  /// The value as a tree.
  static func tree(_ value: some Encodable, at path: [any CodingKey] = []) throws -> Tree {
    switch value {
    case let text as String: return .string(text)
    case let bool as Bool: return .bool(bool)
    case let number as Double: return .number(number)
    case let number as Float: return .number(Double("\(number)") ?? Double(number))
    case let integer as any BinaryInteger:
      return Int(exactly: integer).map(Tree.integer) ?? .number(Double(integer))
    default:
      let encoder = TreeEncoder(at: path)
      try value.encode(to: encoder)
      return encoder.tree
    }
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    if tree == .null { tree = .object([:]) }
    return KeyedEncodingContainer(Members<Key>(encoder: self))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    if tree == .null { tree = .array([]) }
    return Elements(encoder: self)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer { Single(encoder: self) }

  /// An encoder of what is inside, under a key or as the next element.
  private func nested(_ key: (any CodingKey)?) -> TreeEncoder {
    guard let key else {
      let index = tree.array?.count ?? 0
      append(.null)
      return TreeEncoder(at: codingPath) { [self] inner in
        guard var elements = tree.array else { return }
        elements[index] = inner
        tree = .array(elements)
      }
    }
    return TreeEncoder(at: codingPath + [key]) { [self] in tree[[key.stringValue]] = $0 }
  }

  private func append(_ value: Tree) { tree = .array((tree.array ?? []) + [value]) }

  private struct Members<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let encoder: TreeEncoder
    var codingPath: [any CodingKey] { encoder.codingPath }

    func encodeNil(forKey key: Key) { encoder.tree[[key.stringValue]] = .null }
    func encode(_ value: some Encodable, forKey key: Key) throws {
      encoder.tree[[key.stringValue]] = try TreeEncoder.tree(value, at: codingPath + [key])
    }
    func nestedContainer<Inner: CodingKey>(
      keyedBy type: Inner.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Inner> { encoder.nested(key).container(keyedBy: type) }
    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
      encoder.nested(key).unkeyedContainer()
    }
    func superEncoder() -> any Encoder { encoder }
    func superEncoder(forKey key: Key) -> any Encoder { encoder.nested(key) }
  }

  private struct Elements: UnkeyedEncodingContainer {
    let encoder: TreeEncoder
    var codingPath: [any CodingKey] { encoder.codingPath }
    var count: Int { encoder.tree.array?.count ?? 0 }

    func encodeNil() { encoder.append(.null) }
    func encode(_ value: some Encodable) throws {
      encoder.append(try TreeEncoder.tree(value, at: codingPath))
    }
    func nestedContainer<Inner: CodingKey>(
      keyedBy type: Inner.Type
    ) -> KeyedEncodingContainer<Inner> { encoder.nested(nil).container(keyedBy: type) }
    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
      encoder.nested(nil).unkeyedContainer()
    }
    func superEncoder() -> any Encoder { encoder.nested(nil) }
  }

  private struct Single: SingleValueEncodingContainer {
    let encoder: TreeEncoder
    var codingPath: [any CodingKey] { encoder.codingPath }

    func encodeNil() { encoder.tree = .null }
    func encode(_ value: some Encodable) throws {
      encoder.tree = try TreeEncoder.tree(value, at: codingPath)
    }
  }
}
