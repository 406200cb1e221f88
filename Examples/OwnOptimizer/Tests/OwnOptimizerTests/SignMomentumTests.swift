import MuonTesting
import Testing

@testable import OwnOptimizer

@Test func signMomentumIsARule() { expectRule(SignMomentum(learningRate: 6e-4)) }
