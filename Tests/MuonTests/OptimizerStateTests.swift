import Autograd
import Foundation
import Muon
import Testing

@Suite struct OptimizerStateTests {
  @Test func resumedEqualsUninterrupted() throws {
    let uninterrupted = OptimizerFixture()
    uninterrupted.train(try uninterrupted.optimizer(), steps: 0..<6)

    let first = OptimizerFixture()
    let optimizer = try first.optimizer()
    first.train(optimizer, steps: 0..<3)
    let saved = try JSONEncoder().encode(optimizer.state)

    let second = OptimizerFixture()
    for (parameter, trained) in zip(second.scope.parameters, first.scope.parameters) {
      parameter.assign(trained.value.elements)
    }
    let resumed = try second.optimizer(workers: 1)
    try resumed.restore(try JSONDecoder().decode(OptimizerState.self, from: saved))
    #expect(resumed.state == optimizer.state)
    second.train(resumed, steps: 3..<6)
    #expect(second.bits == uninterrupted.bits)
  }

  /// What a warm-up leaves behind: nothing.
  @Test func forgettingMakesItNew() throws {
    let fixture = OptimizerFixture()
    let optimizer = try fixture.optimizer()
    let fresh = optimizer.state
    fixture.train(optimizer, steps: 0..<2)
    #expect(optimizer.state != fresh)
    optimizer.forget()
    #expect(optimizer.state == fresh)
  }

  @Test func namesItsBuffers() throws {
    let state = try OptimizerFixture().optimizer().state
    #expect(state.updates == 0)
    #expect(
      state.buffers.keys.sorted() == [
        "0.weight.momentum", "1.weight.momentum", "2.weight.momentum", "3.weight.momentum",
        "embed.weight.first_moment", "embed.weight.second_moment",
      ])
  }

  @Test func codingKeepsEveryBit() throws {
    let elements: [Float] = [
      0, -0.0, 1, .leastNonzeroMagnitude, .greatestFiniteMagnitude, -.infinity, 0.1, .nan,
    ]
    let state = OptimizerState(updates: 7, buffers: ["a.momentum": elements, "empty": []])
    let copy = try JSONDecoder().decode(
      OptimizerState.self, from: try JSONEncoder().encode(state))
    #expect(copy.updates == 7)
    #expect(copy.buffers["a.momentum"]?.map(\.bitPattern) == elements.map(\.bitPattern))
    #expect(copy.buffers["empty"] == [])
    #expect(throws: DecodingError.self) {
      let torn = Data(#"{"updates": 1, "buffers": {"a": "AAAAAAA="}}"#.utf8)
      return try JSONDecoder().decode(OptimizerState.self, from: torn)
    }
  }

  @Test func aStateOfSomethingElseIsRefusedWhole() throws {
    let fixture = OptimizerFixture()
    let optimizer = try fixture.optimizer()
    fixture.train(optimizer, steps: 0..<1)
    let before = optimizer.state

    func expectRefused(_ words: String, _ change: (inout OptimizerState) -> Void) {
      var state = before
      state.buffers["0.weight.momentum"] = [Float](repeating: 9, count: 24 * 24)
      change(&state)
      let error = #expect(throws: OptimizerError.self) { try optimizer.restore(state) }
      #expect(error?.description.contains(words) == true)
      #expect(optimizer.state == before)
    }
    expectRefused("3.weight.momentum is missing") { $0.buffers["3.weight.momentum"] = nil }
    expectRefused("1 elements instead of 576") { $0.buffers["1.weight.momentum"] = [0] }
    expectRefused("x.momentum belongs to no parameter") { $0.buffers["x.momentum"] = [0] }
    expectRefused("-1 updates") { $0.updates = -1 }
  }
}
