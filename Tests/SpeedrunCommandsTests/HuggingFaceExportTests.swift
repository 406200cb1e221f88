import Foundation
import NanoGPT
import TestSupport
import Testing

extension CommandLineTests {
  /// Scripts/check-huggingface tells whether PyTorch computes with these files what the run has.
  @Suite struct HuggingFaceExportTests {
    @Test func aRunBecomesADirectoryForPyTorch() throws {
      try withTool { tool in
        _ = try tool.run(CommandLineTool.short + ["--out", "run"])
        let exported = try tool.run("export", "--huggingface", "new/model", "run")
        #expect(exported.status == 0 && exported.output.isEmpty, "\(exported.messages)")
        let python = ["modeling_speedrun.py", "transformers_speedrun.py"]
        #expect(
          tool.contents(of: "new/model")
            == ["config.json", "model.safetensors", python[0], "tokenizer.json"]
            + ["tokenizer_config.json", python[1]])
        #expect(tool.contents(of: "new") == ["model"], "nothing else")
        for file in python {
          let source = repository.appendingPathComponent("Sources/Runs/\(file)")
          #expect(
            try tool.text(of: "new/model/\(file)") == String(contentsOf: source, encoding: .utf8))
        }

        let (weights, before) = (
          try Safetensors.read(contentsOf: tool.url("new/model/model.safetensors")),
          try Safetensors.read(contentsOf: tool.url("run/model.safetensors"))
        )
        #expect(weights.metadata == ["format": "pt"])
        #expect(weights.tensors.keys.sorted() == before.tensors.keys.sorted())
        for (name, tensor) in before.tensors {
          let same = weights.tensors[name]
          #expect(same?.shape == tensor.shape)
          #expect(same?.values.map(\.bitPattern) == tensor.values.map(\.bitPattern), "\(name)")
        }
        #expect(
          try tool.text(of: "new/model/tokenizer.json") == tool.text(of: "run/tokenizer.json"))
      }
    }

    @Test func theConfigurationSaysWhatTheModelIs() throws {
      try withTool { tool in
        _ = try tool.run(CommandLineTool.short + ["--seed", "5", "--out", "run"])
        try FileManager.default.createDirectory(
          at: tool.url("model"), withIntermediateDirectories: false)
        #expect(try tool.run("export", "--huggingface", "model", "run").status == 0, "it was empty")
        let config = try tool.object(of: "model/config.json")
        let numbers = [
          "vocab_size": 257, "hidden_size": 64, "intermediate_size": 256, "num_hidden_layers": 2,
          "num_attention_heads": 2, "max_position_embeddings": 64, "logit_softcap": 15,
          "attention_scale": 0.12, "rotary_base": 1024, "bos_token_id": 256, "eos_token_id": 256,
        ]
        for (key, value) in numbers { #expect(config[key] as? Double == value, "\(key)") }
        #expect(config["architectures"] as? [String] == ["SpeedrunForCausalLM"])
        #expect(
          config["auto_map"] as? [String: String] == [
            "AutoConfig": "transformers_speedrun.SpeedrunConfig",
            "AutoModelForCausalLM": "transformers_speedrun.SpeedrunForCausalLM",
          ])
        #expect(config["model_type"] as? String == "speedrun")
        #expect(config["torch_dtype"] as? String == "float32")
        #expect(config["tie_word_embeddings"] as? Bool == false)

        let origin = try #require(config["trained_by"] as? [String: Any])
        let record = try tool.object(of: "run/run.json")
        for key in ["track", "optimizer", "outcome"] {
          #expect(origin[key] as? String == record[key] as? String && origin[key] != nil, "\(key)")
        }
        #expect(origin["seed"] as? Int == 5 && origin["steps"] as? Int == 4)
        let loss = (record["result"] as? [String: Any])?["final_val_loss"] as? Double
        #expect(loss != nil && origin["final_val_loss"] as? Double == loss)

        let tokenizer = try tool.object(of: "model/tokenizer_config.json")
        #expect(tokenizer["tokenizer_class"] as? String == "PreTrainedTokenizerFast")
        #expect(tokenizer["bos_token"] as? String == "<|endoftext|>")
        #expect(tokenizer["clean_up_tokenization_spaces"] as? Bool == false)
        #expect(tokenizer["model_max_length"] as? Int == 64)
      }
    }

    @Test func whatIsThereStays() throws {
      try withTool { tool in
        _ = try tool.run(CommandLineTool.short + ["--out", "run"])
        try Data("mine".utf8).write(to: tool.url("mine"))
        for place in ["run", "mine"] {
          let before = tool.contents(of: place)
          let refused = try tool.run("export", "--huggingface", place, "run")
          #expect(refused.status == 74 && tool.contents(of: place) == before)
          #expect(refused.complaints.count == 1)
          #expect(refused.messages.contains("\(place): is there already"), "\(refused.messages)")
        }
        #expect(try tool.text(of: "mine") == "mine")
        // The weights do not fit.
        let export = ["export", "--huggingface", "model", "run"]
        let full = try tool.run(export, fileSizeLimit: 64)
        #expect(full.status == 74 && full.messages.contains("model/model.safetensors"))
        #expect(tool.contents(of: ".") == ["data", "mine", "run"], "nothing half-written")
      }
    }

    @Test func runsThatPyTorchCouldNotLoadAreRefused() throws {
      try withTool { tool in
        _ = try tool.run(CommandLineTool.short + ["--out", "run"])
        func refusal(_ status: Int32) throws -> String {
          let refused = try tool.run("export", "--huggingface", "model", "run")
          #expect(refused.status == status && refused.complaints.count == 1, "\(refused.messages)")
          #expect(tool.contents(of: ".") == ["data", "run"])
          return refused.messages
        }
        let (record, tokenizer) = (tool.url("run/run.json"), tool.url("run/tokenizer.json"))
        let (saved, text) = (try tool.text(of: "run/run.json"), try Data(contentsOf: tokenizer))
        let other = saved.replacing(
          "\"configuration\" : {", with: "\"configuration\" : {\n\"architecture\" : \"mine\",")
        try Data(other.utf8).write(to: record)
        #expect(try refusal(65).contains("its model is 'mine'"))
        try Data(saved.utf8).write(to: record)

        try (text + Data("\n".utf8)).write(to: tokenizer)
        #expect(try refusal(65).contains("run/tokenizer.json: SHA-256 is"))
        try text.write(to: tokenizer)

        let weights = tool.url("run/model.safetensors")
        var bytes = try Data(contentsOf: weights)
        bytes.replaceSubrange(bytes.endIndex - 4..<bytes.endIndex, with: [0, 0, 0xC0, 0x7F])
        try bytes.write(to: weights)
        #expect(try refusal(65).contains("is nan at index"))
        try FileManager.default.removeItem(at: weights)
        #expect(try refusal(66).contains("run/model.safetensors: no such file"))
      }
    }

    @Test func oneFormatAtATime() throws {
      try withTool { tool in
        for options in [["--csv"], ["--out", "file"]] {
          let refused = try tool.run(["export", "--huggingface", "model", "run"] + options)
          #expect(refused.status == 64, "\(refused.messages)")
        }
      }
    }
  }
}

extension CommandLineTool {
  fileprivate func url(_ path: String) -> URL { directory.appendingPathComponent(path) }

  /// The JSON object in a file.
  fileprivate func object(of path: String) throws -> [String: Any] {
    let value = try JSONSerialization.jsonObject(with: Data(contentsOf: url(path)))
    return try #require(value as? [String: Any])
  }
}
