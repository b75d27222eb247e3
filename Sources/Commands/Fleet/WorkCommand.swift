import ArgumentParser
import Downloads
import Fleet
import Foundation
import Glibc
import Hosting
import Logging
import ServiceLifecycle
import Settings
import UnixSignals

struct WorkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "work",
        abstract: "Draw for a server on another machine: easel serve --queue.",
        discussion: """
            easel work --queue nats://127.0.0.1:4222
            easel work --queue tls://nats.example.org:4222 --queue-credentials worker.nk --device GPU

            The worker takes jobs from the queue, draws them with its own devices and precision, and sends the pictures back. When it ends \
            in the middle of one, another worker draws it. Any number may work for one queue, on as many machines.

            A model is found by its content in this machine's own model folders, under any name, or in the folder of --models. One that \
            is in neither is fetched from a server that says where (easel serve --address), and kept in ~/.cache/easel/fleet-models.

            Ctrl-C or SIGTERM gives the job that is being drawn back, and ends.

            Exit codes: 0 ended as asked, 64 wrong usage, 65 bad input file, 69 device or queue unavailable, 74 cannot write.
            """)

    @OptionGroup(title: "Queue")
    var queue: QueueOptions

    @Option(help: ArgumentHelp(
        "A folder that machines share, with models named by their SHA-256: SHA256.safetensors, or a diffusers folder SHA256. Nothing is "
            + "written to it.",
        valueName: "folder"))
    var models: String?

    @Option(help: ArgumentHelp(
        "Most bytes of models that are fetched and kept, such as 200GB; those that were not used for the longest time make room. 0 to "
            + "fetch none.",
        valueName: "size"))
    var modelCache = ByteLimit(byteCount: 50_000_000_000)

    @Option(help: ArgumentHelp(
        "A file with the key that models are fetched with, one of easel serve --api-key-file.", valueName: "file"))
    var frontKeyFile: String?

    @Option(help: ArgumentHelp("What is logged: debug, info, warning or error.", valueName: "level"))
    var logLevel = LogLevel.info

    @OptionGroup(title: "Prompt language")
    var resources: PromptFiles

    @OptionGroup(title: "Devices and precision")
    var settings: SettingsOptions

    func run() async throws {
        do {
            try await work()
        } catch {
            CommandFailure(error).end()
        }
    }

    private func work() async throws {
        umask(0o077)
        let folders = UserFolders()
        var logger = Logger(label: "easel") { _ in TerminalLog() }
        logger.logLevel = logLevel.level
        var values = try settings.load()
        values.noteModelFolders()
        if let problem = folders.prepareCache() { Terminal.note(problem) }

        let key = try frontKeyFile.map { file throws(CommandFailure) in try AccountFiles.key(inFile: file) }
        let worker = try FleetIdentity.worker(in: folders.cache)
        let jetStream = try await queue.connect(as: "easel work")
        let host = ModelHost(
            LiveSettings(values, file: settings.folders.ownFilePath()), library: ModelLibrary(values), folders: folders,
            resources: try resources.open(values, folders: folders), logger: logger)
        let dispatch = JetStreamWorkerDispatch(jetStream, worker: worker, logger: logger)
        let web = WebClient(.own)
        let source = FrontModelSource(
            Downloader(web: web), addresses: { dispatch.fronts.compactMap(\.address) }, token: key, logger: logger)
        let store = ModelStore(
            folder: folders.cache.appending(path: "fleet-models").path, shared: models.map { folders.path($0) },
            mostBytes: modelCache.byteCount, own: { await host.knownModels()[$0] }, source: source, logger: logger)
        var slots: [String] = []
        for await workers in await host.workers() {
            slots = workers.map(\.id)
            break
        }
        let painter = HostPainter(host, store: store, worker: worker, workers: slots, machine: Self.machine)
        let loop = TicketLoop(
            worker, slots: slots.count, mostWarmInARow: values.queue.patienceJobs,
            dispatch: dispatch, painter: painter, logger: logger)
        logger.info("Working", metadata: ["worker": "\(worker)", "slots": "\(slots.count)"])
        let group = ServiceGroup(configuration: .init(
            services: [.init(service: Worker(loop: loop, painter: painter, host: host, web: web, logger: logger))],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        try await group.run()
        logger.info("Ended")
    }

    private static var machine: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "?" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Takes tickets until the program is told to stop. Beside that it hashes models and looks after devices.
    private struct Worker: Service {
        let loop: TicketLoop
        let painter: HostPainter
        let host: ModelHost
        let web: WebClient
        let logger: Logger
        /// Time to give back what is being drawn.
        private static let patience = Duration.seconds(20)

        func run() async throws {
            await withGracefulShutdownHandler {
                await cancelWhenGracefulShutdown {
                    await withDiscardingTaskGroup { group in
                        group.addTask { await host.learnHashes() }
                        group.addTask { await painter.lookAfterDevices() }
                        await loop.run()
                        group.cancelAll()
                    }
                }
            } onGracefulShutdown: { [logger] in
                Task {
                    try await Task.sleep(for: Self.patience)
                    // A queue that is out of reach gives the job to another worker by itself.
                    logger.warning("The queue could not be told; another worker draws what this one has")
                    _exit(EXIT_SUCCESS)
                }
            }
            await web.close()
        }
    }
}
