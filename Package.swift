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
  // Synchronization's atomics, and a BLAS whose threads can be limited.
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "speedrun", targets: ["speedrun"]),
    .library(name: "Machine", targets: ["Machine"]),
    .library(name: "AutogradTesting", targets: ["AutogradTesting"]),
    .library(name: "MuonTesting", targets: ["MuonTesting"]),
    .library(name: "MessagePassing", targets: ["MessagePassing"]),
    .library(name: "Autograd", targets: ["Autograd"]),
    .library(name: "Muon", targets: ["Muon"]),
    .library(name: "NanoGPT", targets: ["NanoGPT"]),
    .library(name: "Corpora", targets: ["Corpora"]),
    .library(name: "Runs", targets: ["Runs"]),
    .library(name: "Experiments", targets: ["Experiments"]),
    .library(name: "Verification", targets: ["Verification"]),
    .library(name: "Report", targets: ["Report"]),
    .library(name: "Figures", targets: ["Figures"]),
    .library(name: "Statistics", targets: ["Statistics"]),
    .library(name: "Text", targets: ["Text"]),
    .library(name: "SpeedrunCommands", targets: ["SpeedrunCommands"]),
  ],
  traits: [
    .trait(name: "MPI", description: "Training in several processes, also on several machines.")
  ],
  // Exactly these: a record promises the same bits to whoever repeats it.
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", exact: "2.1.1"),
    .package(url: "https://github.com/LebJe/TOMLKit", exact: "0.6.0"),
    .package(url: "https://github.com/onevcat/Rainbow", exact: "4.2.2"),
    .package(url: "https://github.com/ordo-one/TextTable", exact: "0.0.2"),
    .package(url: "https://github.com/swiftlang/swift-docc-plugin", exact: "1.5.0"),
  ],
  targets: [
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    // OpenBLAS's place on Apple's systems.
    .systemLibrary(name: "CAccelerate"),
    .systemLibrary(
      name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    // Headers only, so that a build without the trait needs no MPI.
    .systemLibrary(
      name: "CMPI", pkgConfig: "mpi", providers: [.apt(["libopenmpi-dev"]), .brew(["open-mpi"])]),
    .target(name: "CKernels", cSettings: [.treatAllWarnings(as: .error)]),
    .target(name: "Machine", swiftSettings: swiftSettings),
    .target(
      name: "MessagePassing",
      dependencies: [.target(name: "CMPI", condition: .when(traits: ["MPI"])), "Machine"],
      swiftSettings: swiftSettings),
    .target(
      name: "Autograd",
      dependencies: [
        "CKernels", "Machine", "MessagePassing",
        .target(name: "COpenBLAS", condition: .when(platforms: [.linux])),
        .target(name: "CAccelerate", condition: .when(platforms: [.macOS])),
      ],
      swiftSettings: swiftSettings,
      linkerSettings: [.linkedFramework("Accelerate", .when(platforms: [.macOS]))]),
    .target(
      name: "Muon", dependencies: ["Autograd", "CKernels", "MessagePassing"],
      swiftSettings: swiftSettings),
    .target(
      name: "NanoGPT",
      dependencies: [
        "Autograd", "Machine",
        .target(name: "COpenSSL", condition: .when(platforms: [.linux])),
        .product(name: "HeapModule", package: "swift-collections"),
      ],
      swiftSettings: swiftSettings),
    .target(name: "Corpora", dependencies: ["CZlib", "NanoGPT"], swiftSettings: swiftSettings),
    .target(
      name: "Text", dependencies: [.product(name: "TextTable", package: "TextTable")],
      swiftSettings: swiftSettings),
    .target(name: "Statistics", dependencies: ["Autograd", "Text"], swiftSettings: swiftSettings),
    .target(
      name: "Figures", dependencies: ["Statistics", "Text"],
      resources: [.embedInCode("figure.css")], swiftSettings: swiftSettings),
    .target(
      name: "Runs",
      dependencies: [
        "Autograd", "Corpora", "Machine", "MessagePassing", "Muon", "NanoGPT", "Text",
        .product(name: "TOMLKit", package: "TOMLKit"),
      ],
      resources: [.embedInCode("modeling_speedrun.py"), .embedInCode("transformers_speedrun.py")],
      swiftSettings: swiftSettings),
    .target(
      name: "Experiments",
      dependencies: ["Autograd", "Machine", "Muon", "NanoGPT", "Runs", "Statistics", "Text"],
      swiftSettings: swiftSettings),
    .target(
      name: "Verification",
      dependencies: ["Autograd", "Muon", "NanoGPT", "Experiments", "Runs", "Text"],
      swiftSettings: swiftSettings),
    .target(
      name: "Report",
      dependencies: [
        "Autograd", "Muon", "NanoGPT", "Experiments", "Figures", "Runs", "Statistics", "Text",
        .product(name: "Mustache", package: "swift-mustache"),
      ],
      resources: [.embedInCode("page.mustache")], swiftSettings: swiftSettings),
    .target(
      name: "SpeedrunCommands",
      dependencies: [
        "Autograd", "Machine", "MessagePassing", "Muon", "NanoGPT", "Experiments", "Report", "Runs",
        "Statistics", "Text", "Verification",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Rainbow", package: "Rainbow"),
      ],
      swiftSettings: swiftSettings),
    .executableTarget(
      name: "speedrun", dependencies: ["SpeedrunCommands"], swiftSettings: swiftSettings),

    // For the tests of packages that bring operations or rules of their own.
    .target(name: "AutogradTesting", dependencies: ["Autograd"], swiftSettings: swiftSettings),
    .target(name: "MuonTesting", dependencies: ["Autograd", "Muon"], swiftSettings: swiftSettings),

    .target(
      name: "TestSupport", dependencies: ["Autograd", "MessagePassing", "NanoGPT"],
      path: "Tests/TestSupport", swiftSettings: swiftSettings),
    // The fuzzer without libFuzzer, which Scripts/fuzz links: here it reads single inputs.
    .target(
      name: "FuzzTargets",
      dependencies: ["Autograd", "Experiments", "Muon", "NanoGPT", "Runs", "Text"],
      path: "Tests/FuzzTargets", swiftSettings: swiftSettings),
    .executableTarget(
      name: "Fuzzer", dependencies: ["FuzzTargets"], path: "Tests/Fuzzer",
      swiftSettings: swiftSettings),
    .testTarget(
      name: "FuzzTests", dependencies: ["FuzzTargets", "TestSupport"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "MachineTests", dependencies: ["Machine", "TestSupport"], swiftSettings: swiftSettings),
    .testTarget(
      name: "MessagePassingTests", dependencies: ["MessagePassing", "TestSupport"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "AutogradTests",
      dependencies: ["Autograd", "AutogradTesting", "CKernels", "MessagePassing", "TestSupport"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "MuonTests",
      dependencies: ["Autograd", "MessagePassing", "Muon", "MuonTesting", "TestSupport"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "NanoGPTTests",
      dependencies: ["Autograd", "AutogradTesting", "Machine", "NanoGPT", "TestSupport"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "CorporaTests", dependencies: ["Corpora", "NanoGPT", "TestSupport"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "TextTests", dependencies: ["Text", "TestSupport"], swiftSettings: swiftSettings),
    .testTarget(
      name: "StatisticsTests", dependencies: ["Statistics", "Autograd", "Text", "TestSupport"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "FiguresTests", dependencies: ["Figures", "Statistics", "Text", "TestSupport"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "RunsTests",
      dependencies: ["Runs", "Autograd", "Corpora", "Muon", "NanoGPT", "Text", "TestSupport"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "ExperimentsTests",
      dependencies: [
        "Experiments", "Runs", "Statistics", "Text", "NanoGPT", "Muon", "Autograd", "TestSupport",
      ],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "VerificationTests", dependencies: ["Verification", "TestSupport"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "ReportTests", dependencies: ["Report", "TestSupport"], swiftSettings: swiftSettings),
    .testTarget(
      name: "SpeedrunCommandsTests",
      dependencies: [
        "speedrun", "SpeedrunCommands", "Report", "Verification", "Experiments", "Runs", "Figures",
        "Statistics", "Text", "NanoGPT", "Muon", "Autograd", "Machine", "TestSupport",
      ],
      swiftSettings: swiftSettings),
  ]
)
