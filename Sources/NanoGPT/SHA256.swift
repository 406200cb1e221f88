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
    hexadecimal(of: hash(bytes))
  }

  private static func hexadecimal(of hash: [UInt8]) -> String {
    hash.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
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

  /// The hash of bytes that come piece by piece.
  package final class Stream {
    #if canImport(CryptoKit)
      private var hash = CryptoKit.SHA256()
    #else
      private let context = EVP_MD_CTX_new()
    #endif

    /// Begins without bytes.
    package init() {
      #if !canImport(CryptoKit)
        EVP_DigestInit_ex(context, EVP_sha256(), nil)
      #endif
    }

    #if !canImport(CryptoKit)
      deinit { EVP_MD_CTX_free(context) }
    #endif

    /// Appends bytes.
    package func update(_ bytes: some Collection<UInt8>) {
      if bytes.withContiguousStorageIfAvailable(update(with:)) == nil {
        Array(bytes).withUnsafeBufferPointer(update(with:))
      }
    }

    private func update(with bytes: UnsafeBufferPointer<UInt8>) {
      #if canImport(CryptoKit)
        hash.update(bufferPointer: UnsafeRawBufferPointer(bytes))
      #else
        EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
      #endif
    }

    /// Returns the hash of all bytes in lowercase hexadecimal, once.
    package func hexadecimal() -> String {
      #if canImport(CryptoKit)
        let hash = Array(self.hash.finalize())
      #else
        let hash = [UInt8](unsafeUninitializedCapacity: Int(SHA256_DIGEST_LENGTH)) { hash, count in
          EVP_DigestFinal_ex(context, hash.baseAddress, nil)
          count = Int(SHA256_DIGEST_LENGTH)
        }
      #endif
      return SHA256.hexadecimal(of: hash)
    }
  }
}
