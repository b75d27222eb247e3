import ArgumentParser
import Foundation
import Fleet
import Glibc
import Hosting
import Jobs
import Logging
import Server
import ServiceLifecycle
import Settings
import Store
import Synchronization
import UnixSignals

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Draw pictures in the browser, and for clients of A1111's, OpenAI's and Easel's own HTTP API.",
        discussion: """
            easel serve
            easel serve --model ~/models/v1-5-pruned-emaonly.safetensors --port 7861
            easel serve --host 0.0.0.0 --auth-file accounts.txt --api-key-file keys.txt
            easel serve --queue nats://127.0.0.1:4222     (workers draw: easel work --queue …)

            http://127.0.0.1:7860 is the web page. A1111's clients use the same address; OpenAI's use http://127.0.0.1:7860/v1. \
            http://127.0.0.1:7860/openapi.json describes all routes.

            Jobs and pictures are kept in ~/.local/share/easel/server, also when the program ends in the middle of one.

            Beyond this machine it only listens with --auth, --auth-file or --api-key-file. There is no encryption: put a reverse \
            proxy with TLS in front of it, and say --public-url https://its.name.

            Ctrl-C or SIGTERM stops it. The current picture gets a few seconds to finish; otherwise it is drawn at the next start.

            Exit codes: 0 ended as asked, 64 wrong usage, 65 bad input file, 69 device or port unavailable, 74 cannot write.
            """)

    @Option(help: ArgumentHelp("Address to listen at; 0.0.0.0 for all of this machine's.", valueName: "address"))
    var host = "127.0.0.1"

    @Option(parsing: .unconditional, help: ArgumentHelp("Port to listen at; 0 takes a free one.", valueName: "number"))
    var port = 7860

    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "The model for requests that name none: a .safetensors or .ckpt file, a diffusers folder, or a name from `easel models`.",
            valueName: "model"))
    var model: String?

    @Option(help: ArgumentHelp(
        "Ask for this account. Other users of this machine can see it in the process list; --auth-file is safer.",
        valueName: "user:password"))
    var auth: String?

    @Option(help: ArgumentHelp("Ask for one of these accounts: a file with user:password in each line.", valueName: "file"))
    var authFile: String?

    @Option(help: ArgumentHelp(
        "Accept these keys (Authorization: Bearer …): a file with a key in each line, and a name behind it.", valueName: "file"))
    var apiKeyFile: String?

    @Flag(help: "Allow remote access without a login. Anyone who can reach the server can draw and see all pictures.")
    var noAuth = false

    @Option(help: ArgumentHelp("Where jobs and pictures are kept. ~/.local/share/easel/server when left out.", valueName: "folder"))
    var data: String?

    @Option(help: ArgumentHelp(
        "Let pages of this origin, such as http://localhost:3000, use the server in browsers. May be given several times; * for every "
            + "page, but then with keys only, not with passwords.",
        valueName: "origin"))
    var cors: [String] = []

    @Option(help: ArgumentHelp(
        "Where people reach the server through a proxy, such as https://pictures.example.org: addresses in answers begin so, and pages "
            + "from there may use it.",
        valueName: "address"))
    var publicURL: String?

    @Option(help: ArgumentHelp(
        "Believe what the proxy at this address, or in this range such as 172.16.0.0/12, says of its clients (X-Forwarded-Proto, -Host, "
            + "-For, Forwarded). May be given several times.",
        valueName: "address"))
    var trustedProxy: [String] = []

    @Option(help: ArgumentHelp(
        "Answer to this name, too, where only this machine can call and nobody is asked for credentials; *.example.org for all below one. "
            + "May be given several times.",
        valueName: "name"))
    var allowHost: [String] = []

    @Option(help: ArgumentHelp("What is logged: debug, info, warning or error.", valueName: "level"))
    var logLevel = LogLevel.info

    @Flag(help: "Include prompts in the log.")
    var logPrompts = false

    @OptionGroup(title: "Workers on other machines (easel work)")
    var queue: QueueOptions

    @Option(help: ArgumentHelp(
        "Where workers of --queue reach this server to fetch models that they do not have, such as http://front.example:7860. They fetch "
            + "none when left out.",
        valueName: "address"))
    var address: String?

    @OptionGroup(title: "Prompt language")
    var resources: PromptFiles

    @OptionGroup(title: "Devices and precision")
    var settings: SettingsOptions

    func validate() throws {
        guard (0...65535).contains(port) else {
            throw ValidationError("Port \(port) is out of range. Use 1 to 65535, or 0 for a free one.")
        }
        guard address == nil || queue.addresses != nil else { throw ValidationError("--address says nothing without --queue.") }
        var options = ServerOptions()
        do {
            try readAddresses(into: &options)
            _ = try addressForWorkers()
        } catch {
            throw ValidationError(error.description)
        }
    }

    func run() async throws {
        do {
            try await serve()
        } catch {
            CommandFailure(error).end()
        }
    }

    private func serve() async throws {
        // Whatever is written from here on is for this user alone: pictures, prompts, settings.
        umask(0o077)
        let folders = UserFolders()
        guard data != nil || folders.knowsData else {
            throw CommandFailure(
                .cannotWrite, "There is no folder to keep jobs and pictures in: HOME is not set, and the system knows no home folder of "
                    + "this user. Name one with --data, or set HOME.")
        }
        let recentLog = RecentLog()
        var logger = Logger(label: "easel") { _ in MultiplexLogHandler([TerminalLog(), recentLog.handler()]) }
        logger.logLevel = logLevel.level

        var values = try settings.load()
        values.noteModelFolders()
        var library = ModelLibrary(values)
        values.requests.model = try library.name(flag: model, setting: values.requests.model, onNote: Terminal.note)
        let live = LiveSettings(values, file: settings.folders.ownFilePath())

        let dataFolder = data.map { URL(filePath: folders.path($0)) } ?? folders.data.appending(path: "server")
        let archive = try Archive(DataFolder(dataFolder))
        let metrics = ServerMetrics()
        let events = JobEvents()
        let host = ModelHost(
            live, library: library, folders: folders, resources: try resources.open(values, folders: folders),
            inputPictures: archive.inputPictures, logger: logger, onCompile: { metrics.record($0) }, onEvent: { events.send($0, of: nil) })
        let options = try options()
        let onListening = { @Sendable [address = self.host] (port: Int) async in Terminal.note("Listening on http://\(address):\(port)") }
        if queue.addresses != nil {
            let front = try FleetIdentity.front(in: dataFolder)
            let jetStream = try await queue.connect(as: "easel serve")
            let waiting = Mutex<JobService?>(nil)
            let queueSettings = { @Sendable in QueueSettings(live.current.queue, gracePeriod: options.gracePeriod) }
            let painter = FleetPainter(
                FrontRecord(of: front, address: try addressForWorkers()),
                dispatch: JetStreamFrontDispatch(jetStream, front: front, logger: logger),
                models: FleetEngine.models(of: host), settings: queueSettings,
                waitingCount: { await waiting.withLock(\.self)?.queueState.waitingCount ?? 0 }, logger: logger)
            let engine = FleetEngine(host, drawingWith: painter)
            let jobs = JobService(
                archive: SettlingArchive(archive, for: painter), painter: engine, settings: queueSettings, logger: logger,
                logsPrompts: options.logsPrompts, events: events, onMeasure: { metrics.record($0) })
            waiting.withLock { $0 = jobs }
            let server = EaselServer(
                options: options, settings: live, jobs: jobs, engine: engine, archive: archive, metrics: metrics, logger: logger,
                recentLog: recentLog, onListening: onListening)
            return try await server.runAll(
                endingOn: [.sigterm, .sigint], before: [FrontService(painter: painter, unfinished: try await archive.unfinishedJobs())],
                after: [LeavingService(painter: painter), ReadinessService(engine: engine, events: events)])
        }
        let server = EaselServer(
            engine: host, settings: live, archive: archive, options: options, events: events, metrics: metrics, logger: logger,
            recentLog: recentLog, onListening: onListening)
        try await server.runAll(endingOn: [.sigterm, .sigint])
    }

    private func options() throws(CommandFailure) -> ServerOptions {
        var options = ServerOptions()
        options.host = host
        options.port = port
        if let authFile { options.passwords = try AccountFiles.accounts(inFile: authFile) }
        if let auth {
            let account = try AccountFiles.account(auth, from: "--auth \"\(auth.prefix { $0 != ":" })…\"")
            options.passwords[account.user] = account.password
        }
        if let apiKeyFile { options.keys = try AccountFiles.keys(inFile: apiKeyFile) }
        try readAddresses(into: &options)
        options.logsPrompts = logPrompts
        options.isOpenToAll = noAuth
        options.version = Version.current
        return options
    }

    private func readAddresses(into options: inout ServerOptions) throws(CommandFailure) {
        options.sharedOrigins = try Self.read("--cors", cors.joined(separator: ",")) { () throws(AddressError) in try SharedOrigins(cors) }
        options.publicAddress = try publicURL.map { url throws(CommandFailure) in try Self.webAddress("--public-url", url) }
        for text in trustedProxy.flatMap({ $0.split(separator: ",") }).map(String.init) {
            options.trustedProxies.append(try Self.read("--trusted-proxy", text) { () throws(AddressError) in try AddressRange(text) })
        }
        options.allowedHosts = try Self.read("--allow-host", allowHost.joined(separator: ",")) { () throws(AddressError) in
            try HostNames(allowHost)
        }
    }

    private func addressForWorkers() throws(CommandFailure) -> String? {
        guard let address else { return nil }
        return try Self.webAddress("--address", address).description
    }

    private static func webAddress(_ flag: String, _ text: String) throws(CommandFailure) -> WebAddress {
        let address = try read(flag, text) { () throws(AddressError) in try WebAddress(text) }
        guard ["http", "https"].contains(address.origin.scheme) else {
            throw CommandFailure(.usage, "\(flag) \"\(text)\" does not begin with http:// or https://.")
        }
        return address
    }

    private static func read<Value>(
        _ flag: String, _ text: String, _ value: () throws(AddressError) -> Value
    ) throws(CommandFailure) -> Value {
        do throws(AddressError) {
            return try value()
        } catch {
            throw CommandFailure(.usage, "\(flag) \"\(text)\" \(error)")
        }
    }
}

/// Gives tickets to workers until the queue has ended.
private struct FrontService: Service {
    let painter: FleetPainter
    let unfinished: [Job]

    func run() async throws { await cancelWhenGracefulShutdown { await painter.run(unfinished: unfinished) } }
}

/// Leaves tickets to the workers when the program is to end, before the queue is told: the next start takes them up.
private struct LeavingService: Service {
    let painter: FleetPainter

    func run() async throws {
        try? await gracefulShutdown()
        await painter.leave()
    }
}

/// Tells clients when the first worker comes and the last one goes.
private struct ReadinessService: Service {
    let engine: FleetEngine
    let events: JobEvents

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var told: Readiness?
            while !Task.isCancelled {
                let readiness = await engine.readiness
                if readiness != told { events.send(.model(readiness), of: nil) }
                told = readiness
                try? await Task.sleep(for: .seconds(1))
            }
        }
    }
}

enum LogLevel: String, CaseIterable, ExpressibleByArgument {
    case debug, info, warning, error

    var level: Logger.Level {
        switch self {
        case .debug: .debug
        case .info: .info
        case .warning: .warning
        case .error: .error
        }
    }
}
