#if canImport(CryptoKit)
  import CryptoKit
#else
  import COpenSSL
#endif

/// The SHA-256 of bytes, by the system's own library: it uses the processor's instructions for it.
package enum SHA256 {
  /// Returns the 32 bytes of the hash of `bytes`.
  package static func hash(_ bytes: some Collection<UInt8>) -> [UInt8] {
    bytes.withContiguousStorageIfAvailable(hash(of:))
      ?? Array(bytes).withUnsafeBufferPointer(hash(of:))
  }

  /// Returns the hash of `bytes` in lowercase hexadecimal.
  package static func hexadecimal(_ bytes: some Collection<UInt8>) -> String {
    hash(bytes).map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
  }

  private static func hash(of bytes: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    #if canImport(CryptoKit)
      return Array(CryptoKit.SHA256.hash(data: UnsafeRawBufferPointer(bytes)))
    #else
      return [UInt8](unsafeUninitializedCapacity: Int(SHA256_DIGEST_LENGTH)) { hash, count in
        _ = COpenSSL.SHA256(bytes.baseAddress, bytes.count, hash.baseAddress)
        count = Int(SHA256_DIGEST_LENGTH)
      }
    #endif
  }
}
