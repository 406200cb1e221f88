// swift-tools-version: 6.2

import PackageDescription

let package = Package(
  name: "OwnOptimizer",
  dependencies: [.package(name: "speedrun", path: "../..")],
  targets: [
    .executableTarget(
      name: "OwnOptimizer",
      dependencies: [
        .product(name: "Autograd", package: "speedrun"),
        .product(name: "Muon", package: "speedrun"),
        .product(name: "SpeedrunCommands", package: "speedrun"),
      ]),
    .testTarget(
      name: "OwnOptimizerTests",
      dependencies: ["OwnOptimizer", .product(name: "MuonTesting", package: "speedrun")]),
  ]
)
