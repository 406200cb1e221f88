import Foundation
import Runs
import Testing

@Suite struct TensorBoardTests {
  /// From RFC 3720, appendix B.4.
  @Test(
    arguments: [
      ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
      ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
      ([UInt8](0..<32), 0x46DD_794E),
      (Array("123456789".utf8), 0xE306_9283),
    ] as [([UInt8], UInt32)])
  func checksumsAreCastagnolis(bytes: [UInt8], checksum: UInt32) {
    #expect(TFRecord.crc32c(bytes) == checksum)
  }

  /// As every event file of TensorFlow begins, whose first record has 24 bytes.
  @Test func aRecordHasItsFrame() {
    let content = [UInt8](1...24)
    let record = TFRecord.bytes(of: content)
    #expect(Array(record[..<12]) == [24, 0, 0, 0, 0, 0, 0, 0, 0xA3, 0x7F, 0x4B, 0x22])
    #expect(Array(record[12..<36]) == content && record.count == 40)
  }
}
