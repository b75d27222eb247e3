public import Generation
public import Jobs

/// The counts and measurements of the server. Times are in seconds.
public struct ServerMetrics: Sendable {
    let registry: MetricsRegistry

    let requests: Counter
    let requestSeconds: Histogram

    private let waitSeconds: Histogram
    private let jobSeconds: Histogram
    private let drawingSeconds: Histogram
    private let encodeSeconds: Histogram
    private let stepSeconds: Histogram
    private let decodeSeconds: Histogram
    private let storeSeconds: Histogram
    private let pictures: Counter
    private let compiles: Counter
    private let compileSeconds: Histogram
    private let cacheHits: Counter
    private let moves: Counter
    private let archiveFailures: Counter

    /// Makes all counters at 0 and registers them under the names that Prometheus reads, `easel_…`.
    public init() {
        let registry = MetricsRegistry()
        self.registry = registry
        requests = registry.counter("easel_http_requests_total", "Requests answered.", labels: ["method", "route", "status"])
        requestSeconds = registry.histogram(
            "easel_http_request_seconds", "Time until an answer began.", labels: ["method", "route"],
            bounds: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30, 120])
        let long = [0.1, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800]
        let short = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
        waitSeconds = registry.histogram("easel_queue_wait_seconds", "From a job's submission until it was begun.", bounds: long)
        jobSeconds = registry.histogram("easel_job_seconds", "From a job's submission until it ended.", labels: ["state"], bounds: long)
        drawingSeconds = registry.histogram(
            "easel_generation_seconds", "Drawing jobs that were drawn together, compiling included.", labels: ["device"], bounds: long)
        encodeSeconds = registry.histogram(
            "easel_encode_seconds", "Encoding the prompts of jobs that were drawn together.", labels: ["device"], bounds: short)
        stepSeconds = registry.histogram("easel_step_seconds", "One step.", labels: ["device"], bounds: short)
        decodeSeconds = registry.histogram(
            "easel_decode_seconds", "Decoding the pictures of jobs that were drawn together.", labels: ["device"], bounds: short)
        storeSeconds = registry.histogram("easel_store_seconds", "Writing down a job's pictures.", bounds: short)
        pictures = registry.counter("easel_pictures_drawn_total", "Pictures drawn.")
        compiles = registry.counter(
            "easel_compiles_total", "Networks compiled, or loaded from the disk cache.",
            labels: ["component", "device", "precision", "reason"])
        compileSeconds = registry.histogram(
            "easel_compile_seconds", "Compiling a network, or loading it from the disk cache.", labels: ["component", "device", "from"],
            bounds: long)
        cacheHits = registry.counter(
            "easel_disk_cache_hits_total", "Networks loaded from the disk cache instead of compiled.", labels: ["component", "device"])
        moves = registry.counter(
            "easel_fallbacks_total", "Components that failed and went on elsewhere.", labels: ["component", "from", "to"])
        archiveFailures = registry.counter("easel_archive_failures_total", "Times that something could not be written down.")
    }

    /// Takes in what the service of jobs measures.
    public func record(_ measurement: JobMeasurement) {
        switch measurement {
        case .waited(let seconds):
            waitSeconds.observe(seconds)
        case .drawn(_, let count, let timings, let devices):
            pictures.add(Double(count))
            drawingSeconds.observe(timings.total, devices.denoise)
            encodeSeconds.observe(timings.encode, devices.encode)
            for step in timings.steps { stepSeconds.observe(step, devices.denoise) }
            decodeSeconds.observe(timings.decode, devices.decode)
        case .stored(_, let seconds):
            storeSeconds.observe(seconds)
        case .ended(let state, let seconds):
            jobSeconds.observe(seconds, state.rawValue)
        case .moved(let move):
            moves.add(1, move.stage.rawValue, "\(move.from)", "\(move.to)")
        case .archiveFailed:
            archiveFailures.add()
        case .queueLength:
            // Read when it is asked for.
            break
        }
    }

    /// Takes in a compile, whether a job waited for it or none.
    public func record(_ compile: CompileRecord) {
        let component = compile.stage.rawValue
        compiles.add(1, component, compile.device, compile.precision, compile.reason.rawValue)
        compileSeconds.observe(compile.seconds, component, compile.device, compile.isFromDiskCache ? "disk" : "source")
        if compile.isFromDiskCache { cacheHits.add(1, component, compile.device) }
    }
}
