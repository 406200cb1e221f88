import ArgumentParser
import Muon

extension Muon.Scale: ExpressibleByArgument {}
