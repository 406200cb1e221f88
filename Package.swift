// swift-tools-version: 6.2

import PackageDescription

// A plain `swift build -c release` is the fast build: SIMD is chosen at run time inside CKernels and OpenBLAS.
let swiftSettings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

let package = Package(
  name: "speedrun",
  products: [
    .executable(name: "speedrun", targets: ["speedrun"]),
    .library(name: "Autograd", targets: ["Autograd"]),
    .library(name: "Muon", targets: ["Muon"]),
    .library(name: "NanoGPT", targets: ["NanoGPT"]),
    .library(name: "Text", targets: ["Text"]),
    .library(name: "Statistics", targets: ["Statistics"]),
    .library(name: "Figures", targets: ["Figures"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
    .package(url: "https://github.com/onevcat/Rainbow", from: "4.2.2"),
    .package(url: "https://github.com/ordo-one/TextTable", from: "0.0.2"),
  ],
  targets: [
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .target(name: "CKernels", cSettings: [.treatAllWarnings(as: .error)]),
    .target(
      name: "Autograd", dependencies: ["CKernels", "COpenBLAS"], swiftSettings: swiftSettings),
    .target(name: "Muon", dependencies: ["Autograd", "CKernels"], swiftSettings: swiftSettings),
    .target(
      name: "NanoGPT",
      dependencies: [
        "Autograd",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "HeapModule", package: "swift-collections"),
      ],
      swiftSettings: swiftSettings),
    .target(
      name: "Text", dependencies: [.product(name: "TextTable", package: "TextTable")],
      swiftSettings: swiftSettings),
    .target(name: "Statistics", dependencies: ["Autograd", "Text"], swiftSettings: swiftSettings),
    .target(
      name: "Figures", dependencies: ["Statistics", "Text"],
      resources: [.embedInCode("figure.css")], swiftSettings: swiftSettings),
    .executableTarget(
      name: "speedrun",
      dependencies: [
        "Autograd", "Muon", "NanoGPT", "Text", "Statistics", "Figures",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Mustache", package: "swift-mustache"),
        .product(name: "Rainbow", package: "Rainbow"),
        .product(name: "TextTable", package: "TextTable"),
        .product(name: "TOMLKit", package: "TOMLKit"),
      ],
      resources: [.embedInCode("Publication/page.mustache")], swiftSettings: swiftSettings),

    .target(
      name: "TestSupport", dependencies: ["Autograd"], path: "Tests/TestSupport",
      swiftSettings: swiftSettings),
    .testTarget(
      name: "AutogradTests", dependencies: ["Autograd", "CKernels", "TestSupport"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "MuonTests", dependencies: ["Autograd", "Muon", "TestSupport"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "NanoGPTTests", dependencies: ["Autograd", "NanoGPT", "TestSupport"],
      swiftSettings: swiftSettings),
    .testTarget(name: "TextTests", dependencies: ["Text"], swiftSettings: swiftSettings),
    .testTarget(
      name: "StatisticsTests", dependencies: ["Statistics", "TestSupport"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "FiguresTests", dependencies: ["Figures", "Statistics", "TestSupport"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "SpeedrunTests",
      dependencies: [
        "speedrun", "Autograd", "Muon", "NanoGPT", "Text", "Statistics", "Figures", "TestSupport",
      ],
      swiftSettings: swiftSettings),
  ]
)
