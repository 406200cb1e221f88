import Autograd
import Foundation
import NanoGPT
import TestSupport
import Testing

@Suite struct SafetensorsTests {
  @Test func readsWhatPythonWrites() throws {
    let contents = try Safetensors.read(contentsOf: golden("sample.safetensors"))
    #expect(contents.metadata == ["step": "12", "text": "ünï \"quoted\" \\ \n"])
    #expect(contents.tensors.keys.sorted() == ["empty", "matrix", "scalar", "special.values"])
    #expect(contents.tensors["matrix"]?.shape == [2, 3])
    #expect(contents.tensors["matrix"]?.values == [0, 0.5, 1, 1.5, 2, 2.5])
    #expect(contents.tensors["scalar"]?.shape == [])
    #expect(contents.tensors["scalar"]?.values == [-1.25])
    #expect(contents.tensors["empty"]?.shape == [0, 4])
    #expect(contents.tensors["empty"]?.values == [])
    #expect(
      contents.tensors["special.values"]?.values.map(\.bitPattern)
        == [Float.infinity, -.infinity, -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude]
        .map(\.bitPattern))
  }

  @Test func readsWhatItWrites() throws {
    try withTemporaryDirectory { directory in
      let url = directory.appendingPathComponent("model.safetensors")
      let metadata = ["a \"key\"": "tab\t, null \u{0}, slash / and \\, ünï"]
      try Safetensors.write(
        [("b", [2, 2], [1, 2, 3, 4]), ("a \"quoted\"", [3], [5, 6, 7]), ("none", [0], [])],
        metadata: metadata, to: url)
      let contents = try Safetensors.read(contentsOf: url)
      #expect(contents.metadata == metadata)
      #expect(contents.tensors["b"]?.values == [1, 2, 3, 4])
      #expect(contents.tensors["b"]?.shape == [2, 2])
      #expect(contents.tensors["a \"quoted\""]?.values == [5, 6, 7])
      #expect(contents.tensors.count == 3)
      let bytes = [UInt8](try Data(contentsOf: url))
      #expect(bytes[0] % 8 == 0)
      try Safetensors.write([], to: url)
      #expect(try Safetensors.read(contentsOf: url).tensors.isEmpty)
    }
  }

  /// Writes a file with the header `json` and `size` bytes of data, and returns why it is refused.
  private func refusal(of json: String, size: Int, length: Int? = nil) throws -> String? {
    try withTemporaryDirectory { directory in
      let url = directory.appendingPathComponent("bad.safetensors")
      var bytes = (0..<8).map { UInt8(truncatingIfNeeded: (length ?? json.utf8.count) >> (8 * $0)) }
      bytes += Array(json.utf8) + [UInt8](repeating: 0, count: size)
      try Data(bytes).write(to: url)
      guard
        case .badData(_, let reason, _) = dataError({
          _ = try Safetensors.read(contentsOf: url)
        })
      else { return nil }
      return reason
    }
  }

  @Test(arguments: [
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, 4, "cannot lie"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}"#, 4, "cannot lie"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, 4, "cannot lie"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}"#, 4, "cannot lie"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 8, "take 4 bytes"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 2, "take 4 bytes"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, 8, "starts at 4 instead of 0"),
    (
      #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"#
        + #""b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, 8, "starts at 4 instead of 8"
    ),
    (#"{"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}"#, 4, "type BF16, only F32"),
    (#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, 4, "impossible shape"),
    (
      #"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}"#, 0,
      "impossible shape"
    ),
    (#"{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}"#, 4, "its header is not"),
    (#"{"a":[1,2]}"#, 0, "its header is not"),
    (#"{"__metadata__":{"a":1}}"#, 0, "its header is not"),
    ("[]", 0, "its header is not"),
    ("", 0, "its header is not"),
    ("{\"a\"", 0, "its header is not"),
  ]) func refusesBadHeaders(json: String, size: Int, reason: String) throws {
    #expect(try refusal(of: json, size: size)?.contains(reason) == true)
  }

  @Test func refusesHeadersLongerThanTheFile() throws {
    #expect(try refusal(of: "{}", size: 0, length: 3)?.contains("longer than the file") == true)
    #expect(try refusal(of: "{}", size: 0, length: -1)?.contains("longer than the file") == true)
    #expect(try refusal(of: "{}", size: 0, length: .max)?.contains("longer than the file") == true)
    try withTemporaryDirectory { directory in
      let url = directory.appendingPathComponent("bad.safetensors")
      try Data([1, 2, 3]).write(to: url)
      let error = dataError { _ = try Safetensors.read(contentsOf: url) }
      #expect(error?.description.contains("3 bytes are too short") == true)
    }
  }

  @Test func survivesRandomDamage() throws {
    let original = [UInt8](try Data(contentsOf: golden("sample.safetensors")))
    var random = SplitMix64(seed: 1)
    try withTemporaryDirectory { directory in
      let url = directory.appendingPathComponent("damaged.safetensors")
      for _ in 0..<300 {
        var bytes = original
        for _ in 0..<Int.random(in: 1...4, using: &random) {
          bytes[Int.random(in: bytes.indices, using: &random)] = UInt8(
            truncatingIfNeeded: random.next())
        }
        bytes.removeLast(Int.random(in: 0...1, using: &random) * 5)
        try Data(bytes).write(to: url)
        // Some damage only changes values; what matters is that nothing traps.
        _ = dataError { _ = try Safetensors.read(contentsOf: url) }
      }
    }
  }
}
