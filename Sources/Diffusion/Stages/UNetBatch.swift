import Compilation
import GraphIR
import Networks
import Tensors

/// The inputs of one call of the UNet.
struct UNetBatch {
    /// A picture, and one of the texts that it is asked about with.
    struct Entry {
        let picture: Int
        let text: Int
    }

    /// As many as the batch has places; the last may be there several times to fill it.
    let entries: [Entry]
    /// `[entries, tokens, width]`.
    let context: NDArray
    /// Further inputs by their names, `[entries, n]` each.
    let vectors: [String: NDArray]
    /// `[entries, 1, 1, tokens]`; nil when every position counts.
    let mask: NDArray?

    /// Distributes all pairs of a picture and a text over calls: those of the same length share them, and where the UNet has a mask all do.
    /// - Parameter texts: for each picture those that it is asked about with.
    static func batches(of texts: [[Conditioning]], on shape: InputShape) -> [UNetBatch] {
        let entries = texts.indices.flatMap { picture in texts[picture].indices.map { Entry(picture: picture, text: $0) } }
        let size =
            if case .fixed(let size) = shape.batch { size } else { min(entries.count, ShapePlan.entriesPerCall(pictureCount: texts.count)) }
        let isFixed = shape.batch != .dynamic
        let capacity: Int? = if shape.hasContextMask, case .fixed(let tokens) = shape.tokens { tokens } else { nil }
        let groups = capacity == nil ? entries.grouped { texts[$0.picture][$0.text].context.shape[1] } : [entries]
        return groups.flatMap { group in
            group.pieces(of: size, filled: isFixed).map { UNetBatch($0, texts, capacity: capacity) }
        }
    }

    /// - Parameter capacity: tokens that every text is filled up to; nil when they are all of the same length.
    private init(_ entries: [Entry], _ texts: [[Conditioning]], capacity: Int?) {
        self.entries = entries
        let texts = entries.map { texts[$0.picture][$0.text] }
        let rows = texts.map(\.context)
        vectors = texts[0].vectors.keys.reduce(into: [:]) { vectors, name in
            vectors[name] = .concatenated(texts.compactMap { $0.vectors[name] })
        }
        context = .concatenated(capacity.map { capacity in rows.map { $0.padded(to: capacity) } } ?? rows)
        mask = capacity.map { capacity in
            .concatenated(rows.map { row in
                NDArray(
                    shape: [1, 1, 1, capacity],
                    values: .init(repeating: 0, count: row.shape[1]) + .init(repeating: Self.masked, count: capacity - row.shape[1]))
            })
        }
    }

    /// Far below any attention score, so that its exponential is 0, and within the range of f16.
    private static let masked: Float = -10_000
}

extension NDArray {
    /// `[1, tokens, width]` with zeros up to `count` tokens.
    fileprivate func padded(to count: Int) -> NDArray {
        precondition(shape[1] <= count, "\(shape[1]) tokens do not fit into \(count)")
        return NDArray(shape: [1, count, shape[2]], values: values + .init(repeating: 0, count: (count - shape[1]) * shape[2]))
    }
}

extension Array {
    /// The elements with the same key together, in order of their first one.
    fileprivate func grouped(by key: (Element) -> Int) -> [[Element]] {
        reduce(into: [(key: Int, members: [Element])]()) { groups, element in
            let key = key(element)
            if let known = groups.firstIndex(where: { $0.key == key }) {
                groups[known].members.append(element)
            } else {
                groups.append((key, [element]))
            }
        }.map(\.members)
    }

    /// Pieces of at most `size` elements.
    /// - Parameter filled: the last one is filled up with its last element.
    fileprivate func pieces(of size: Int, filled: Bool) -> [[Element]] {
        stride(from: 0, to: count, by: size).map { start in
            let piece = Array(self[start..<Swift.min(start + size, count)])
            return filled ? piece + (piece.last.map { .init(repeating: $0, count: size - piece.count) } ?? []) : piece
        }
    }
}
