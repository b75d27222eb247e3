import Crypto
public import Files
import FoundationEssentials
import Synchronization

/// Writes a checkpoint as one safetensors file, and reads it back.
///
/// Tensors are made, rounded and written one by one, on all cores: memory holds a few of them at a time. The file has its name only when
/// every tensor was read back as it was to be written.
public struct CheckpointWriter: Sendable {
    /// The way that is behind.
    public struct Progress: Sendable, Hashable {
        /// Whether the file is being read back.
        public let isChecking: Bool
        /// Bytes that are written, or read.
        public let done: Int
        /// Bytes of all tensors.
        public let total: Int
    }

    private let checkpoint: Checkpoint
    private let plan: ConversionPlan
    private let header: [UInt8]

    /// Bytes of the new file.
    public var byteCount: Int { header.count + plan.byteCount }

    /// - Parameters:
    ///   - checkpoint: the one that the plan was made of.
    ///   - metadata: texts for the header; see `Checkpoint.convertedMetadata`.
    public init(_ checkpoint: Checkpoint, _ plan: ConversionPlan, metadata: [String: String]) {
        (self.checkpoint, self.plan) = (checkpoint, plan)
        header = Self.header(plan, metadata)
    }

    /// Writes the file. One that is there is replaced.
    /// - Parameters:
    ///   - hashes: remembers the new file's hash; nil for nothing.
    ///   - onProgress: told after each tensor, and while the file is read back; from any thread.
    /// - Returns: the SHA-256 of the file, in lower-case hexadecimal.
    /// - Throws: `CheckpointError`, also when a tensor is not read back as it was written; `CancellationError`. No file has the name then.
    public func write(
        to path: String, hashes: HashMemory? = nil, onProgress: @escaping @Sendable (Progress) -> Void = { _ in }
    ) async throws -> String {
        let cancellation = Cancellation()
        return try await withTaskCancellationHandler {
            let mapping = try MappedWeights(checkpoint)
            let file = try reserve(path)
            try writing(path) { () throws(FileError) in try file.write(header, at: 0) }
            try checkMeaning(of: writing(path) { () throws(FileError) in try file.written() })
            let digests = try write(to: file, from: mapping, of: path, cancellation, onProgress)
            if let changed = changedFile(mapping) { throw CheckpointError.changed(file: changed) }
            let written = try writing(path) { () throws(FileError) in try file.written() }
            let hash = try check(written, digests, cancellation, onProgress)
            try writing(path) { () throws(FileError) in try file.finish() }
            if let hashes, let state = FileIdentity(path) { hashes.remember(hash, of: state) }
            return hash
        } onCancel: {
            cancellation.cancel()
        }
    }

    private func reserve(_ path: String) throws(CheckpointError) -> ReplacingFile {
        let folder = path.deletingLastPathComponent
        if let free = FreeSpace.bytes(in: folder), byteCount > free - FreeSpace.margin {
            throw .noSpace(path: path, needed: byteCount + FreeSpace.margin, free: free)
        }
        return try writing(path) { () throws(FileError) in try ReplacingFile(path, byteCount: byteCount) }
    }

    private func changedFile(_ mapping: MappedWeights) -> String? {
        mapping.changedFile
            ?? plan.outputs.lazy.flatMap(\.pieces).flatMap(\.changes).compactMap(\.change.mapping.changedFile).first
    }

    // Writing

    /// - Returns: the SHA-256 of each tensor.
    private func write(
        to file: ReplacingFile, from mapping: MappedWeights, of path: String, _ cancellation: Cancellation,
        _ onProgress: @escaping @Sendable (Progress) -> Void
    ) throws -> [Data] {
        let digests = Mutex([Data](repeating: Data(), count: plan.outputs.count))
        let done = Mutex(0)
        // The largest first, so that none is left alone at the end.
        let order = plan.outputs.indices.sorted { plan.outputs[$0].byteCount > plan.outputs[$1].byteCount }
        try inParallel(order, cancellation) { index throws(CheckpointError) in
            let output = plan.outputs[index]
            let bytes = try output.bytes(from: mapping)
            try writing(path) { () throws(FileError) in try file.write(bytes, at: header.count + output.offset) }
            let digest = Data(SHA256.hash(data: bytes))
            digests.withLock { $0[index] = digest }
            let sum = done.withLock { done in
                done += bytes.count
                return done
            }
            onProgress(Progress(isChecking: false, done: sum, total: plan.byteCount))
        }
        if cancellation.isCancelled { throw CancellationError() }
        return digests.withLock { $0 }
    }

    private static func header(_ plan: ConversionPlan, _ metadata: [String: String]) -> [UInt8] {
        func text(_ value: some Encodable) -> String {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "null"
        }
        let members = ["\"__metadata__\":\(text(metadata))"] + plan.outputs.map { output in
            let offsets = [output.offset, output.offset + output.byteCount]
            return "\(text(output.key)):{\"dtype\":\"\(output.elementType.safetensorsName)\",\"shape\":\(output.shape),"
                + "\"data_offsets\":\(offsets)}"
        }
        var json = Array("{\(members.joined(separator: ","))}".utf8)
        // Numbers begin at a multiple of 8.
        json += [UInt8](repeating: UInt8(ascii: " "), count: json.count.roundedUp(to: 8) - json.count)
        return withUnsafeBytes(of: UInt64(json.count).littleEndian, Array.init) + json
    }

    /// Opens the new file as a checkpoint, before there are numbers: a folder's configuration may say what no single file can.
    private func checkMeaning(of file: OpenFile) throws(CheckpointError) {
        let read: Checkpoint
        do {
            read = try Checkpoint.open(file.path, vae: "none")
        } catch {
            throw .notASingleFile(checkpoint: checkpoint.name, component: "networks")
        }
        var (unet, vae) = (checkpoint.unet.configuration, checkpoint.vae.configuration)
        // These say how large and how exactly to draw, not what is computed.
        (unet.sampleSize, vae.forcesUpcast) = (read.unet.configuration.sampleSize, read.vae.configuration.forcesUpcast)
        let same = [
            ("UNet", unet == read.unet.configuration), ("VAE", vae == read.vae.configuration),
            ("text encoder", checkpoint.textEncoders.map(\.configuration) == read.textEncoders.map(\.configuration)),
            ("family", checkpoint.family == read.family), ("prediction", checkpoint.scheduler.prediction == read.scheduler.prediction),
        ]
        if let other = same.first(where: { !$0.1 }) { throw .notASingleFile(checkpoint: checkpoint.name, component: other.0) }
    }

    // Reading back

    /// - Returns: the SHA-256 of the file.
    func check(
        _ file: OpenFile, _ digests: [Data], _ cancellation: Cancellation, _ onProgress: (Progress) -> Void
    ) throws -> String {
        let stored = try SafetensorsHeader(of: file).tensors
        let expected = plan.outputs.map {
            StoredTensor(key: $0.key, elementType: $0.elementType, shape: $0.shape, offset: header.count + $0.offset)
        }
        guard Set(stored) == Set(expected) else { throw CheckpointError.notAsWritten(file: file.name, key: "__metadata__") }
        var whole = SHA256()
        var offset = 0
        func next(_ count: Int) throws -> [UInt8] {
            let bytes = try reading { () throws(FileError) in try file.read(count, at: offset) }
            whole.update(data: bytes)
            offset += bytes.count
            return bytes
        }
        guard try next(header.count) == header else { throw CheckpointError.notAsWritten(file: file.name, key: "__metadata__") }
        for (output, digest) in zip(plan.outputs, digests) {
            var hash = SHA256()
            var left = output.byteCount
            while left > 0 {
                if cancellation.isCancelled { throw CancellationError() }
                let bytes = try next(min(left, 4 << 20))
                guard !bytes.isEmpty else { throw CheckpointError.notAsWritten(file: file.name, key: output.key) }
                hash.update(data: bytes)
                left -= bytes.count
                onProgress(Progress(isChecking: true, done: offset - header.count, total: plan.byteCount))
            }
            guard Data(hash.finalize()) == digest else { throw CheckpointError.notAsWritten(file: file.name, key: output.key) }
        }
        return whole.finalize().hexadecimal
    }
}

/// Runs `work`, and tells the failure of a file as one of writing it.
private func writing<Value>(_ path: String, _ work: () throws(FileError) -> Value) throws(CheckpointError) -> Value {
    do { return try work() } catch { throw .cannotWriteFile(path: path, reason: error.reason) }
}
