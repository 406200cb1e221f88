import Autograd
import AutogradTesting
import Foundation
import TestSupport
import Testing

@Suite struct ExampleTests {
  @Test func aSmallNetworkLearnsExclusiveOr() throws {
    let scope = ParameterScope(seed: 1)
    let hidden = scope.parameter("hidden", [16, 2], .normalFanIn(scale: 1))
    let output = scope.parameter("output", [1, 16], .normalFanIn(scale: 1))
    let x = Tensor([0, 0, 0, 1, 1, 0, 1, 1], shape: [4, 2])
    let y = Tensor([0, 1, 1, 0], shape: [4, 1])

    var losses: [Float] = []
    for _ in 0..<500 {
      let error = x.linear(hidden.value).squaredReLU().linear(output.value) - y
      let loss = (error * error).mean()
      losses.append(loss.scalar)
      let gradients = Gradients(of: scope)
      loss.backward(into: gradients)
      for parameter in scope.parameters { parameter.add(gradients[parameter], scale: -0.1) }
    }

    #expect(losses[0] > 0.1)
    #expect((losses.last ?? 1) < 1e-4)
    try expectExample(of: "Autograd")
  }

  @Test func anOperationIsShownAsItIs() throws {
    func lines(_ path: String) throws -> [String] {
      try String(contentsOf: repository.appending(path: path), encoding: .utf8)
        .split(separator: "\n").map(String.init)
    }
    let page = try lines("Sources/Autograd/Autograd.docc/AddingAnOperation.md")
    #expect(page.ranges(of: try lines("Sources/Autograd/SquaredReLU.swift")).count == 1)
  }

  @Test func theSoftcapHasItsGradient() {
    expectGradient(of: [3, 5]) { $0.softcapped(at: 15) }
  }

  @Test func theCheckersPageShowsIt() throws {
    try expectExample(of: "AutogradTesting")
  }
}
