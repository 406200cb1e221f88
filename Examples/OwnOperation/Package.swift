// swift-tools-version: 6.2

import PackageDescription

let package = Package(
  name: "OwnOperation",
  dependencies: [.package(name: "speedrun", path: "../..")],
  targets: [
    .target(
      name: "SwishGate", dependencies: [.product(name: "Autograd", package: "speedrun")]),
    .executableTarget(
      name: "OwnOperation",
      dependencies: [
        "SwishGate",
        .product(name: "Autograd", package: "speedrun"),
        .product(name: "NanoGPT", package: "speedrun"),
        .product(name: "SpeedrunCommands", package: "speedrun"),
      ]),
    .testTarget(
      name: "SwishGateTests",
      dependencies: ["SwishGate", .product(name: "AutogradTesting", package: "speedrun")]),
  ]
)
