import ArgumentParser
import Figures
import Muon

extension Muon.Scale: ExpressibleByArgument {}
