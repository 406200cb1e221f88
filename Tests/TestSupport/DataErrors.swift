import NanoGPT

/// Returns the error that `body` throws, if it is a `DataError`.
public func dataError(_ body: () throws -> Void) -> DataError? {
  do {
    try body()
    return nil
  } catch {
    return error as? DataError
  }
}
