// OpenVINO's names for properties, one table per type of value.

extension PropertyKey where Value == InferencePrecision {
    /// The number type that arithmetic runs in.
    public static var inferencePrecision: Self { .init("INFERENCE_PRECISION_HINT") }
}

extension PropertyKey where Value == ExecutionMode {
    /// Whether the device may be less exact to be faster, as with a lower precision than the model's.
    public static var executionMode: Self { .init("EXECUTION_MODE_HINT") }
}

extension PropertyKey where Value == PerformanceHint {
    /// The aim of a device when the number of streams and requests is left to it.
    public static var performanceHint: Self { .init("PERFORMANCE_HINT") }
}

extension PropertyKey where Value == CacheMode {
    /// The content of what is written to `cacheFolder`: everything, or all but the weights.
    public static var cacheMode: Self { .init("CACHE_MODE") }
}

extension PropertyKey where Value == Int {
    /// How many neighbouring weights share one scale when activations are quantized at run time; 0: never quantized.
    public static var dynamicQuantizationGroupSize: Self { .init("DYNAMIC_QUANTIZATION_GROUP_SIZE") }
    /// How many inferences run side by side.
    public static var streamCount: Self { .init("NUM_STREAMS") }
    /// How many CPU threads one device may use; 0: as many as it likes.
    public static var threadCount: Self { .init("INFERENCE_NUM_THREADS") }
    /// How many requests are worth having at once. Read-only.
    public static var optimalRequestCount: Self { .init("OPTIMAL_NUMBER_OF_INFER_REQUESTS") }
    /// The device's memory in bytes. Read-only; GPU only.
    public static var deviceMemorySize: Self { .init("GPU_DEVICE_TOTAL_MEM_SIZE") }
}

extension PropertyKey where Value == String {
    /// A folder for compiled models; empty: no cache.
    public static var cacheFolder: Self { .init("CACHE_DIR") }
    /// The maker's name for the device. Read-only.
    public static var fullDeviceName: Self { .init("FULL_DEVICE_NAME") }
    /// The name of a compiled model, from its XML. Read-only.
    public static var modelName: Self { .init("NETWORK_NAME") }
}

extension PropertyKey where Value == [String] {
    /// Number types and operations that the device is good at: `FP32`, `BF16`, `EXPORT_IMPORT`. Read-only.
    public static var capabilities: Self { .init("OPTIMIZATION_CAPABILITIES") }
    /// The devices that a compiled model runs on. Read-only.
    public static var executionDevices: Self { .init("EXECUTION_DEVICES") }
    /// The names of the properties that are understood. Read-only.
    public static var supportedProperties: Self { .init("SUPPORTED_PROPERTIES") }
}

extension PropertyKey where Value == Bool {
    /// Measures each node, for `InferRequest.profile()`.
    public static var profiling: Self { .init("PERF_COUNT") }
    /// Reads weights files through a memory mapping.
    public static var memoryMapping: Self { .init("ENABLE_MMAP") }
    /// Whether a compiled model came out of `cacheFolder`. Read-only.
    public static var isLoadedFromCache: Self { .init("LOADED_FROM_CACHE") }
    /// Whether the CPU plugin ties its threads to cores.
    public static var cpuPinning: Self { .init("ENABLE_CPU_PINNING") }
}

/// The number type that arithmetic runs in.
public enum InferencePrecision: String, PropertyValue, CaseIterable {
    case f32, f16, bf16
    /// Left to the device.
    case dynamic

    /// Reads the raw value, and `undefined`, which some devices answer for `dynamic`.
    public init?(propertyText: String) {
        // Devices answer with either word.
        self.init(rawValue: propertyText == "undefined" ? "dynamic" : propertyText)
    }
}

/// The aim of a device when nothing more exact is set.
public enum ExecutionMode: String, PropertyValue, CaseIterable {
    case performance = "PERFORMANCE"
    case accuracy = "ACCURACY"
}

/// Whether one inference should be quick, or many together.
public enum PerformanceHint: String, PropertyValue, CaseIterable {
    case latency = "LATENCY"
    case throughput = "THROUGHPUT"
    case cumulativeThroughput = "CUMULATIVE_THROUGHPUT"
}

/// The content of a cached model.
public enum CacheMode: String, PropertyValue, CaseIterable {
    /// Without the weights.
    case optimizeSize = "OPTIMIZE_SIZE"
    /// Everything.
    case optimizeSpeed = "OPTIMIZE_SPEED"
}

extension PropertyValue where Self: RawRepresentable<String> {
    public init?(propertyText: String) { self.init(rawValue: propertyText) }
    /// The raw value, as OpenVINO spells it.
    public var propertyText: String { rawValue }
}

extension String: PropertyValue {
    /// Takes the text as it is.
    public init?(propertyText: String) { self = propertyText }
    /// The text itself.
    public var propertyText: String { self }
}

extension Int: PropertyValue {
    /// Reads a decimal number; nil for any other text.
    public init?(propertyText: String) { self.init(propertyText) }
    /// The number in decimal digits.
    public var propertyText: String { String(self) }
}

extension Bool: PropertyValue {
    /// Reads `YES`, `TRUE`, `NO` and `FALSE` in any case; nil for any other text.
    public init?(propertyText: String) {
        switch propertyText.uppercased() {
        case "YES", "TRUE": self = true
        case "NO", "FALSE": self = false
        default: return nil
        }
    }
    /// `YES` or `NO`.
    public var propertyText: String { self ? "YES" : "NO" }
}

/// Lists come separated by spaces or commas.
extension [String]: PropertyValue {
    /// Splits the text at spaces and commas; nothing between two of them is no element.
    public init?(propertyText: String) {
        self = propertyText.split { $0 == " " || $0 == "," }.map(String.init)
    }
    /// The elements with commas between them.
    public var propertyText: String { joined(separator: ",") }
}
