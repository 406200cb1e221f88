import Foundation
import NanoGPT

extension FuzzTarget {
  /// What `speedrun prepare` writes and a run reads.
  static let data = [
    FuzzTarget("shard") { bytes in
      let shard = try TokenShard(Data(bytes), at: nowhere)
      try shard.validate(vocabularySize: 257)
    },
    FuzzTarget("safetensors") { bytes in
      let contents = try Safetensors.parsed(bytes, path: nowhere.path)
      for (shape, values) in contents.tensors.values {
        check("a shape") { shape.reduce(1, *) == values.count }
      }
    },
    FuzzTarget("tokenizer") { bytes in
      let tokenizer = try BytePairTokenizer(file: bytes, path: nowhere.path)
      let text = Array("It's 1, 2; <|endoftext|> the\u{A0}end \u{FF}".utf8)
      let tokens = tokenizer.encode(bytes: text)
      _ = tokenizer.decode(tokens)
      check("a tokenizer") {
        try BytePairTokenizer(file: tokenizer.serialized(), path: nowhere.path)
          .encode(bytes: text) == tokens
      }
    },
    FuzzTarget("manifest") { bytes in
      let manifest = try Manifest(bytes, path: nowhere.path)
      _ = manifest.shards(.train, in: nowhere)
      check("a manifest") {
        try Manifest([UInt8](JSONEncoder().encode(manifest)), path: nowhere.path) == manifest
      }
    },
  ]

  /// A place where there is nothing.
  static let nowhere = URL(fileURLWithPath: "/nowhere")
}
