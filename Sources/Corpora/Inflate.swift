import CZlib

/// Decompression of what gzip and zlib have written, by the system's zlib.
enum Inflate {
  /// Returns what the stream at the start of `bytes` holds, and the stream's length; nil for bytes that are no such stream.
  static func stream(in bytes: ArraySlice<UInt8>) -> (contents: [UInt8], length: Int)? {
    var stream = z_stream()
    guard inflateBeginAny(&stream) == Z_OK else { return nil }
    defer { inflateEnd(&stream) }
    var contents: [UInt8] = []
    var status = Z_OK
    var piece = [UInt8](repeating: 0, count: 1 << 20)
    let length = bytes.withUnsafeBufferPointer { input in
      // zlib only reads what it calls next.
      stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
      stream.avail_in = UInt32(input.count)
      while status == Z_OK {
        let written = piece.withUnsafeMutableBufferPointer { output in
          stream.next_out = output.baseAddress
          stream.avail_out = UInt32(output.count)
          status = inflate(&stream, Z_NO_FLUSH)
          return output.count - Int(stream.avail_out)
        }
        contents += piece[..<written]
      }
      return input.count - Int(stream.avail_in)
    }
    return status == Z_STREAM_END ? (contents, length) : nil
  }
}
