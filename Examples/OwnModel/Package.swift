// swift-tools-version: 6.2

import PackageDescription

let package = Package(
  name: "OwnModel",
  dependencies: [.package(name: "speedrun", path: "../..")],
  targets: [
    .executableTarget(
      name: "OwnModel",
      dependencies: [
        .product(name: "Autograd", package: "speedrun"),
        .product(name: "NanoGPT", package: "speedrun"),
        .product(name: "SpeedrunCommands", package: "speedrun"),
      ]),
    .testTarget(
      name: "OwnModelTests",
      dependencies: [
        "OwnModel",
        .product(name: "Autograd", package: "speedrun"),
        .product(name: "AutogradTesting", package: "speedrun"),
        .product(name: "NanoGPT", package: "speedrun"),
      ]),
  ]
)
