import Foundation
import TestSupport

/// The program as it was built, run as a person runs it: in a folder and with a home of its own.
struct Easel {
    /// How a run ended, and what it wrote.
    struct Outcome {
        let exitCode: Int32
        let output: String
        let errors: String

        var lastLine: String { output.split(separator: "\n").last.map(String.init) ?? "" }
    }

    let folder: TemporaryFolder
    /// For every run.
    private let environment: [String: String]

    init(environment: [String: String] = [:]) throws {
        folder = try TemporaryFolder()
        self.environment = environment
    }

    /// Lies beside the test bundle.
    private static let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().appending(
        path: "easel")

    /// Runs `easel` and waits for its end.
    func callAsFunction(_ arguments: String..., environment: [String: String] = [:]) async throws -> Outcome {
        try await start(arguments, environment: environment).outcome()
    }

    /// Runs a script of the shell, in which `$EASEL` is the program.
    func shell(_ script: String) async throws -> Outcome {
        let environment = environment.merging(["EASEL": Self.program.path]) { $1 }
        return try await Run(
            program: URL(filePath: "/bin/sh"), arguments: ["-c", script], folder: folder, environment: environment).outcome()
    }

    func start(_ arguments: [String], environment: [String: String] = [:]) throws -> Run {
        try Run(program: Self.program, arguments: arguments, folder: folder, environment: self.environment.merging(environment) { $1 })
    }

    /// What lies in a folder, without what the run itself needs. Sorted.
    func files(in name: String = "") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.url.appending(path: name).path).filter { !$0.hasPrefix(".") }.sorted()
    }

    /// - Parameter path: absolute, or within `folder`.
    func contents(of path: String) throws -> [UInt8] {
        try Array(Data(contentsOf: path.hasPrefix("/") ? URL(filePath: path) : folder.url.appending(path: path)))
    }

    /// A process on its way.
    final class Run {
        private let process: ChildProcess
        private let outputFile: URL
        private let errorFile: URL

        fileprivate init(program: URL, arguments: [String], folder: TemporaryFolder, environment: [String: String]) throws {
            // Files, not pipes: nobody has to read while the program runs.
            let name = ".\(UUID())"
            outputFile = URL(filePath: try folder.write("", to: name + ".out"))
            errorFile = URL(filePath: try folder.write("", to: name + ".err"))
            process = try ChildProcess(
                program.path, arguments, folder: folder.path,
                environment: ["HOME": folder.path, "PATH": "/usr/bin:/bin"].merging(environment) { $1 }, output: outputFile.path,
                errors: errorFile.path)
        }

        /// Waits until the program has written `text` to standard error.
        /// - Returns: whether it has; false when it ended without.
        func hasReported(_ text: String) async throws -> Bool {
            while process.isRunning {
                if try errors.contains(text) { return true }
                try await Task.sleep(for: .milliseconds(20))
            }
            return try errors.contains(text)
        }

        func interrupt() { process.send(SIGINT) }
        func terminate() { process.send(SIGTERM) }

        func outcome() async throws -> Outcome {
            let exitCode = await process.exitCode()
            return try Outcome(exitCode: exitCode, output: String(contentsOf: outputFile, encoding: .utf8), errors: errors)
        }

        var errors: String { get throws { try String(contentsOf: errorFile, encoding: .utf8) } }
    }
}
