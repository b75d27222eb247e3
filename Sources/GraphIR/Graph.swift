/// A computation as text: OpenVINO IR, version 11.
///
/// Its constants are byte ranges of one weights buffer. That buffer starts with bytes that the graph's writer
/// did not own (a mapped checkpoint); `literals` follow at `literalsOffset`.
public struct Graph: Sendable {
    /// The IR document, UTF-8.
    public let xml: String
    /// Constants that the graph brings itself.
    public let literals: [UInt8]
    /// Where `literals` belong in the weights buffer: the first multiple of 64 that is not before the end of the external weights.
    public let literalsOffset: Int

    /// Size of the whole weights buffer.
    public var weightsByteCount: Int { literalsOffset + literals.count }
}
