import Synchronization

/// Families of metrics, and their text in Prometheus' exposition format.
///
/// Source: https://prometheus.io/docs/instrumenting/exposition_formats, version 0.0.4.
public final class MetricsRegistry: Sendable {
    private let families = Mutex<[any MetricFamily]>([])

    public init() {}

    /// Something that only grows. Prometheus' names of counters end in `_total`.
    func counter(_ name: String, _ help: String, labels: [String] = []) -> Counter { added(Counter(.init(name, help, labels))) }

    /// Something that goes up and down.
    func gauge(_ name: String, _ help: String, labels: [String] = []) -> Gauge { added(Gauge(.init(name, help, labels))) }

    /// Counts how values are spread.
    /// - Parameter bounds: upper bounds of the buckets, rising; one without a bound is added.
    func histogram(_ name: String, _ help: String, labels: [String] = [], bounds: [Double]) -> Histogram {
        added(Histogram(.init(name, help, labels), bounds: bounds))
    }

    /// Everything as text: families in the order of their making, their series in order of their labels.
    func text() -> String {
        let families = families.withLock { $0 }
        return families.map { "# HELP \($0.title.name) \($0.title.help)\n# TYPE \($0.title.name) \($0.kind)\n" + $0.lines() }.joined()
    }

    private func added<Family: MetricFamily>(_ family: Family) -> Family {
        families.withLock { families in
            precondition(!families.contains { $0.title.name == family.title.name }, "there are two metrics \(family.title.name)")
            families.append(family)
        }
        return family
    }
}

/// Series that share a name and the names of their labels.
protocol MetricFamily: Sendable {
    var title: MetricTitle { get }
    /// As it stands after `# TYPE`.
    var kind: String { get }
    /// The lines of all series, each with its end.
    func lines() -> String
}

/// The names of a family of metrics.
struct MetricTitle: Sendable {
    let name: String
    /// One line, without a backslash.
    let help: String
    let labels: [String]

    init(_ name: String, _ help: String, _ labels: [String]) {
        precondition(!help.contains { $0 == "\n" || $0 == "\\" }, "the help of \(name) would have to be escaped")
        self.name = name
        self.help = help
        self.labels = labels
    }

    /// One series' line.
    /// - Parameters:
    ///   - suffix: follows the name.
    ///   - extra: a further label, already as text.
    func line(suffix: String = "", _ values: [String], extra: (String, String)? = nil, _ number: Double) -> String {
        let pairs = Array(zip(labels, values)) + (extra.map { [$0] } ?? [])
        let labels = pairs.map { "\($0)=\"\(Self.escaped($1))\"" }.joined(separator: ",")
        return name + suffix + (labels.isEmpty ? "" : "{\(labels)}") + " " + Self.text(number) + "\n"
    }

    /// Whole numbers without a fraction; Prometheus' words for what JSON has none for.
    static func text(_ number: Double) -> String {
        if number.isNaN { return "NaN" }
        if number.isInfinite { return number < 0 ? "-Inf" : "+Inf" }
        return Int(exactly: number).map { "\($0)" } ?? "\(number)"
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}

/// Counts by the values of labels.
final class Counter: MetricFamily {
    let title: MetricTitle
    let kind = "counter"
    private let counts = Mutex<[[String]: Double]>([:])

    fileprivate init(_ title: MetricTitle) { self.title = title }

    /// - Parameter labels: values in the order of the family's labels.
    func add(_ amount: Double = 1, _ labels: String...) {
        precondition(labels.count == title.labels.count && amount >= 0)
        counts.withLock { $0[labels, default: 0] += amount }
    }

    func lines() -> String {
        let counts = counts.withLock { $0 }
        if counts.isEmpty, title.labels.isEmpty { return title.line([], 0) }
        return counts.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { title.line($0.key, $0.value) }.joined()
    }
}

/// Values that may rise and fall, by the values of labels.
final class Gauge: MetricFamily {
    let title: MetricTitle
    let kind = "gauge"
    private let values = Mutex<[[String]: Double]>([:])

    fileprivate init(_ title: MetricTitle) { self.title = title }

    func set(_ value: Double, _ labels: String...) {
        precondition(labels.count == title.labels.count)
        values.withLock { $0[labels] = value }
    }

    /// Replaces all series: those that are not among `series` are no more.
    func set(_ series: [[String]: Double]) {
        precondition(series.keys.allSatisfy { $0.count == title.labels.count })
        values.withLock { $0 = series }
    }

    func lines() -> String {
        let values = values.withLock { $0 }
        return values.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { title.line($0.key, $0.value) }.joined()
    }
}

/// Counts the values below each of some bounds, by the values of labels.
final class Histogram: MetricFamily {
    let title: MetricTitle
    let kind = "histogram"
    private let bounds: [Double]
    private let series = Mutex<[[String]: Series]>([:])

    private struct Series {
        /// One for each bound, and one for what is above all. Not summed up yet.
        var counts: [Double]
        var sum = 0.0
    }

    fileprivate init(_ title: MetricTitle, bounds: [Double]) {
        self.title = title
        self.bounds = bounds
    }

    func observe(_ value: Double, _ labels: String...) {
        precondition(labels.count == title.labels.count)
        // The bounds are a dozen, and most values lie low.
        let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
        series.withLock { series in
            series[labels, default: Series(counts: Array(repeating: 0, count: bounds.count + 1))].counts[bucket] += 1
            series[labels]?.sum += value
        }
    }

    func lines() -> String {
        let series = series.withLock { $0 }
        return series.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { labels, series in
            var count = 0.0
            var text = ""
            for (bound, here) in zip(bounds + [.infinity], series.counts) {
                count += here
                text += title.line(suffix: "_bucket", labels, extra: ("le", MetricTitle.text(bound)), count)
            }
            return text + title.line(suffix: "_sum", labels, series.sum) + title.line(suffix: "_count", labels, count)
        }.joined()
    }
}
