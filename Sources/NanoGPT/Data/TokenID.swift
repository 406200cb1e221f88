/// A token: an index into the vocabulary.
public typealias TokenID = UInt16
