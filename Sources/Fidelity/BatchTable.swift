/// Times of a UNet step with batches of several sizes: how many pictures are best drawn together on a device.
public struct BatchTable: Sendable, Equatable, Codable {
    /// One size that was tried.
    public struct Row: Sendable, Equatable, Codable {
        /// Pictures.
        public let batchSize: Int
        /// Seconds of a step, divided by the pictures.
        public let secondsPerPicture: Double

        private enum CodingKeys: String, CodingKey {
            case batchSize = "batch_size"
            case secondsPerPicture = "seconds_per_picture"
        }
    }

    /// The sizes that are tried, one after the other.
    public static let batchSizes = [1, 2, 4, 8]

    /// The sizes in the order in which they were tried, smallest first; sizes after the first useless one are left out.
    public let rows: [Row]

    /// Tries one size after another, until one is not worth it or the device cannot take it.
    /// - Parameter step: times a step with so many pictures, in seconds.
    /// - Throws: what `step` throws for a single picture; `CancellationError`.
    public static func measured(_ step: (Int) async throws -> Double) async throws -> BatchTable {
        var rows: [Row] = []
        for batchSize in batchSizes {
            let seconds: Double
            do {
                seconds = try await step(batchSize)
            } catch {
                try Task.checkCancellation()
                guard !rows.isEmpty, !error.isCheckpointAtFault else { throw error }
                break
            }
            rows.append(Row(batchSize: batchSize, secondsPerPicture: seconds / Double(batchSize)))
            guard BatchTable(rows: rows).usefulBatchSize == batchSize else { break }
        }
        return BatchTable(rows: rows)
    }

    /// The largest batch of which each picture is done sooner than with the one before it.
    ///
    /// Less than 5 % does not count: that much is chance, and those who share a batch all wait for its end.
    public var usefulBatchSize: Int {
        var useful: Row?
        for row in rows {
            if let useful, row.secondsPerPicture > 0.95 * useful.secondsPerPicture { break }
            useful = row
        }
        return useful?.batchSize ?? 1
    }
}
