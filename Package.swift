// swift-tools-version: 6.2
import PackageDescription

/// One strict set of settings for every Swift target.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// Where `make setup` unpacks the OpenVINO runtime, seen from `.build/<triple>/<configuration>/`
/// (the binary may move together with its checkout), and as it is now (for other build folders).
/// Last comes a folder where `make build` puts a stand-in that explains a missing runtime.
let runtimeSearchPath: [LinkerSetting] = [
    .unsafeFlags(["$ORIGIN/../../../.openvino/lib", Context.packageDirectory + "/.openvino/lib", "$ORIGIN/missing-openvino"].flatMap {
        ["-Xlinker", "-rpath", "-Xlinker", $0]
    })
]

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: name + "Tests", dependencies: [.init(stringLiteral: name), "TestSupport"] + dependencies,
        swiftSettings: settings, linkerSettings: runtimeSearchPath)
}

let package = Package(
    name: "easel",
    products: [
        .executable(name: "easel", targets: ["easel"]),
        // The pipeline; models opened as settings say; the page and the APIs. See Documentation/Embedding.md.
        .library(name: "Diffusion", targets: ["Diffusion", "Generation", "ImageCodecs", "Checkpoints"]),
        .library(name: "Hosting", targets: ["Hosting", "Diffusion", "Generation", "ImageCodecs", "Settings"]),
        .library(name: "Server", targets: ["Server", "Hosting", "Settings", "Store", "Jobs"]),
    ],
    traits: [
        .trait(name: "Fleet", description: "Several machines draw for one server, over NATS. Needs libnats; `make fleet-server` gets it."),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: []),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // The runtime
        .systemLibrary(name: "COpenVINO", pkgConfig: "openvino"),
        library("OpenVINO", ["COpenVINO", "Tensors"]),

        // Values and files
        library("Tensors"),
        library("Files"),
        library("Sampling", ["Tensors"]),
        library("Generation", ["Sampling"]),
        library("ImageProcessing", ["Generation", "Tensors"]),
        library("Settings", ["Files", "Generation", .product(name: "Configuration", package: "swift-configuration")]),
        .target(
            name: "CImageCodecs",
            linkerSettings: [.linkedLibrary("png"), .linkedLibrary("jpeg"), .linkedLibrary("webp"), .linkedLibrary("webpmux")]),
        library("ImageCodecs", [
            "CImageCodecs", "Files", "Generation", "Sampling", .product(name: "Crypto", package: "swift-crypto"),
        ]),
        .systemLibrary(name: "CFreeType", pkgConfig: "freetype2"),
        .target(name: "CLabelFont", exclude: ["DejaVuSans.ttf"]),
        library("Sheets", ["CFreeType", "CLabelFont", "Generation"]),
        .target(name: "CMappedFiles"),
        library("Checkpoints", [
            "CMappedFiles", "Files", "Generation", "GraphIR", "Tensors", .product(name: "Crypto", package: "swift-crypto"),
        ]),
        library("Downloads", [
            "Files", .product(name: "AsyncHTTPClient", package: "async-http-client"), .product(name: "Crypto", package: "swift-crypto"),
        ]),

        // Networks as graphs
        library("GraphIR", ["Tensors"]),
        library("Networks", ["Checkpoints", "Generation", "GraphIR"]),

        // Text
        .target(name: "CCLIPVocabulary", exclude: ["merges.txt"]),
        library("Prompting", ["CCLIPVocabulary", "Files", "Generation", "Sampling"]),

        // Text to picture
        library("Compilation", [
            "Checkpoints", "Files", "Generation", "GraphIR", "Networks", "OpenVINO", "Tensors",
            .product(name: "Crypto", package: "swift-crypto"),
        ]),
        library("Diffusion", [
            "Checkpoints", "Compilation", "Files", "Generation", "GraphIR", "ImageProcessing", "Networks", "OpenVINO", "Prompting",
            "Sampling", "Tensors",
        ]),
        library("Fidelity", [
            "Checkpoints", "Compilation", "Diffusion", "Generation", "GraphIR", "Networks", "OpenVINO", "Prompting", "Sampling", "Tensors",
        ]),

        // Serving
        library("Jobs", ["Generation", .product(name: "Logging", package: "swift-log")]),
        library("Fleet", [
            "Bus", "Downloads", "Files", "Generation", "ImageCodecs", "JetStream", "Jobs",
            .product(name: "Crypto", package: "swift-crypto"),
            .product(name: "Logging", package: "swift-log"),
        ]),
        library("Store", ["Files", "Generation", "ImageCodecs", "Jobs", .product(name: "GRDB", package: "GRDB.swift")]),
        .target(name: "CWebPage", exclude: ["page"]),
        library("WebAPI", ["Files", "Generation", "ImageCodecs", "ImageProcessing", "Jobs", "Sampling", "Settings"]),
        library("Server", [
            "CWebPage", "Files", "Generation", "ImageCodecs", "Jobs", "Settings", "Sheets", "Store", "WebAPI",
            .product(name: "Crypto", package: "swift-crypto"),
            .product(name: "Hummingbird", package: "hummingbird"), .product(name: "Logging", package: "swift-log"),
            .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            .product(name: "UnixSignals", package: "swift-service-lifecycle"),
        ]),
        library("Hosting", [
            "Checkpoints", "Compilation", "Diffusion", "Downloads", "Fidelity", "Files", "Fleet", "Generation", "GraphIR", "ImageCodecs",
            "Jobs", "Networks", "OpenVINO", "Prompting", "Sampling", "Settings", "Store", "Tensors", "WebAPI",
            .product(name: "Logging", package: "swift-log"), .product(name: "Yams", package: "Yams"),
        ]),

        // Several machines
        .systemLibrary(name: "CNATS", pkgConfig: "libnats"),
        library("Bus", [
            "Files", .target(name: "CNATS", condition: .when(traits: ["Fleet"])), .product(name: "Crypto", package: "swift-crypto"),
        ]),
        library("JetStream", ["Bus", "Files"]),

        // The program
        library("Commands", [
            "Bus", "Checkpoints", "Compilation", "Diffusion", "Downloads", "Fidelity", "Files", "Fleet", "Generation", "Hosting",
            "ImageCodecs", "ImageProcessing", "JetStream", "Jobs", "Networks", "OpenVINO", "Prompting", "Sampling", "Server", "Settings",
            "Sheets", "Store", .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            .product(name: "Logging", package: "swift-log"),
            .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            .product(name: "ArgumentParser", package: "swift-argument-parser"),
        ]),
        .executableTarget(
            name: "easel", dependencies: ["Commands"],
            swiftSettings: settings, linkerSettings: runtimeSearchPath),

        // `make bench`
        .executableTarget(
            name: "easel-bench",
            dependencies: [
                "Checkpoints", "Compilation", "Diffusion", "Fidelity", "Generation", "GraphIR", "ImageCodecs", "Jobs", "Networks",
                "OpenVINO", "Prompting", "Sampling", "Tensors",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Benchmarks/easel-bench", swiftSettings: settings, linkerSettings: runtimeSearchPath),

        // The programs of Documentation/Embedding.md
        .target(
            name: "EmbeddingExample",
            dependencies: ["Diffusion", "Generation", "Hosting", "ImageCodecs", "Jobs", "Server", "Settings", "Store"],
            path: "Documentation/Examples/Embedding", swiftSettings: settings),

        // Tests
        .systemLibrary(name: "CSpawn", path: "Tests/CSpawn"),
        .target(name: "CExit", path: "Tests/CExit"),
        library("TestSupport", ["CExit", "CSpawn", "Checkpoints", "Generation", "Jobs", "Sampling", "Tensors"]),
        .systemLibrary(name: "CMalloc", path: "Tests/CMalloc"),
        tests("OpenVINO", ["CMalloc", "Tensors"]),
        tests("Tensors"),
        tests("Files"),
        tests("ImageCodecs", ["Generation", "Sampling"]),
        tests("ImageProcessing", ["Generation", "Tensors"]),
        tests("Sheets", ["Generation"]),
        tests("Checkpoints", ["Files"]),
        tests("Downloads", [
            "Checkpoints", "Files", "Generation", "Hosting", "Jobs", "Settings", "WebAPI",
            .product(name: "Logging", package: "swift-log"), .product(name: "Crypto", package: "swift-crypto"),
            .product(name: "HummingbirdTesting", package: "hummingbird"),
        ]),
        tests("GraphIR", ["OpenVINO"]),
        tests("Networks", ["Generation", "OpenVINO"]),
        tests("Prompting", ["Generation", "Sampling"]),
        tests("Sampling"),
        tests("Generation", ["Sampling"]),
        tests("Compilation", ["Checkpoints", "Generation", "GraphIR", "Networks", "OpenVINO", "Tensors"]),
        tests("Settings", ["Generation", "Sampling"]),
        tests("Jobs", ["Generation", "Sampling", .product(name: "Logging", package: "swift-log")]),
        tests("Fleet", ["Bus", "Generation", "ImageCodecs", "JetStream", "Jobs", .product(name: "Logging", package: "swift-log")]),
        tests("Store", ["Generation", "ImageCodecs", "Jobs", "Sampling", .product(name: "GRDB", package: "GRDB.swift")]),
        tests("WebAPI", ["Files", "Generation", "ImageCodecs", "ImageProcessing", "Jobs", "Sampling", "Settings"]),
        tests(
            "Server", [
                "Files", "Generation", "ImageCodecs", "Jobs", "Sampling", "Settings", "Store", "WebAPI",
                .product(name: "HummingbirdTesting", package: "hummingbird")]),
        tests(
            "Diffusion", [
                "Checkpoints", "Files", "GraphIR", "Networks", "Compilation", "Generation", "ImageCodecs", "ImageProcessing", "OpenVINO",
                "Prompting", "Sampling", "Tensors"]),
        tests("Fidelity", [
            "Checkpoints", "Compilation", "Diffusion", "Generation", "ImageCodecs", "Networks", "OpenVINO", "Sampling", "Tensors"]),
        tests("Hosting", [
            "Checkpoints", "Compilation", "Diffusion", "Downloads", "Fidelity", "Files", "Fleet", "Generation", "ImageCodecs", "Jobs",
            "Sampling", "Server", "Settings", "Store", "Tensors", "WebAPI",
            .product(name: "Logging", package: "swift-log"),
        ]),
        tests("Bus"),
        tests("JetStream", ["Bus", "Files"]),
        .testTarget(
            name: "EmbeddingTests", dependencies: ["EmbeddingExample", "Generation", "Hosting", "ImageCodecs", "TestSupport"],
            swiftSettings: settings, linkerSettings: runtimeSearchPath),
        tests("Commands", [
            "Bus", "Checkpoints", "Compilation", "Diffusion", "Downloads", "Fidelity", "Files", "Fleet", "Generation", "Hosting",
            "ImageCodecs", "Jobs", "OpenVINO", "Prompting", "Sampling", "Settings", "Tensors", "WebAPI",
            .product(name: "Logging", package: "swift-log"),
            .product(name: "ArgumentParser", package: "swift-argument-parser"),
        ]),
        .testTarget(
            name: "EndToEndTests", dependencies: ["Generation", "ImageCodecs", "Tensors", "TestSupport"], swiftSettings: settings,
            linkerSettings: runtimeSearchPath),
    ]
)
