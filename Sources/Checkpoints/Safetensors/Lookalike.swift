/// Another kind of file under the name of a safetensors file, told by its first bytes.
public enum Lookalike: Sendable, Hashable {
    case empty
    case gitPointer, webPage, gguf, text, unknown
    /// A zip archive or a pickle, as `torch.save` writes them.
    case torchFile

    /// - Parameter start: The file's first bytes; 64 are enough.
    /// - Returns: nil when this can be the start of a safetensors file.
    init?(_ start: [UInt8]) {
        func begins(with text: StaticString) -> Bool { text.withUTF8Buffer { start.starts(with: $0) } }
        if start.isEmpty { self = .empty; return }
        // A header's length has its high bytes zero, and its text begins with a brace.
        if start.count > 8, start[4..<8].allSatisfy({ $0 == 0 }), start[8] == UInt8(ascii: "{") { return nil }
        if begins(with: "version https://git-lfs") { self = .gitPointer; return }
        if begins(with: "<!") || begins(with: "<html") || begins(with: "<HTML") { self = .webPage; return }
        if begins(with: "PK\u{3}\u{4}") { self = .torchFile; return }
        if begins(with: "GGUF") { self = .gguf; return }
        if start[0] == 0x80, start.count > 1, (2...5).contains(start[1]) { self = .torchFile; return }
        self = start.allSatisfy({ $0 >= 0x20 || (0x09...0x0D).contains($0) }) ? .text : .unknown
    }
}
