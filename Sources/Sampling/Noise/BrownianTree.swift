import Glibc
import Tensors

/// A Brownian motion over noise levels that is the same whatever intervals are asked for: the noise of SDE samplers.
///
/// The interval between the least and the greatest level is halved until an asked one is made up of halves; each halving has a seed of its
/// own. Source: Li and others, "Scalable gradients for stochastic differential equations", 2020; torchsde 0.2.6 `BrownianTree`, as
/// k-diffusion's `BrownianTreeNoiseSampler` asks it. Its increments agree bit for bit.
final class BrownianTree {
    private let seed: UInt64
    private let source: NoiseSource
    private let root: Node

    /// - Parameters:
    ///   - least, greatest: the range of σ.
    ///   - count: of numbers at each level.
    init(from least: Float, to greatest: Float, count: Int, seed: UInt64, source: NoiseSource) {
        self.seed = seed
        self.source = source
        let (start, end) = (Double(least), Double(greatest))
        var generator = source.generator(seed: UInt64(SeedSequence(entropy: seed).state(1)[0]))
        let scale = Float((end - start).squareRoot())
        root = Node(start: Self.rounded(start), end: Self.rounded(end), key: 0, depth: 0, generator.normal(count).map { $0 * scale })
    }

    /// Standard normal numbers for a step down from one σ to a lower one: `−W / √(σ − σ′)`.
    func noise(from sigma: Double, to next: Double) -> [Float] {
        let (low, high) = (Float(next), Float(sigma))
        let scale = (high - low).squareRoot()
        return increment(from: low, to: high).map { -$0 / scale }
    }

    /// W(b) − W(a): the sum, from the left, of the increments of the largest nodes within the interval.
    func increment(from low: Float, to high: Float) -> [Float] {
        let a = Self.rounded(max(Double(low), root.start))
        let b = Self.rounded(min(Double(high), root.end))
        var sum: [Float] = []
        add(root, a, b, into: &sum)
        // The way to one end is the way to the next interval's other end; all else would fill the memory.
        prune(root, a, b)
        return sum.isEmpty ? .init(repeating: 0, count: root.increment.count) : sum
    }

    private final class Node {
        let (start, end): (Double, Double)
        let key: UInt64
        let depth: Int
        let increment: [Float]
        var halves: (left: Node, right: Node)?

        init(start: Double, end: Double, key: UInt64, depth: Int, _ increment: [Float]) {
            (self.start, self.end, self.key, self.depth, self.increment) = (start, end, key, depth, increment)
        }
    }

    /// The ends are rounded to a millionth, so a node this deep is as short as can be; a safeguard against odd ranges.
    private static let deepest = 60

    private func add(_ node: Node, _ a: Double, _ b: Double, into sum: inout [Float]) {
        if a <= node.start && node.end <= b || node.depth == Self.deepest {
            if sum.isEmpty { sum = node.increment } else { for index in sum.indices { sum[index] += node.increment[index] } }
            return
        }
        let halves = halves(of: node)
        if a < halves.left.end { add(halves.left, a, b, into: &sum) }
        if b > halves.left.end { add(halves.right, a, b, into: &sum) }
    }

    private func halves(of node: Node) -> (left: Node, right: Node) {
        if let halves = node.halves { return halves }
        let middle = Self.rounded(0.5 * (node.end + node.start))
        let (left, right, inverse) = (middle - node.start, node.end - middle, 1 / (node.end - node.start))
        let key = SeedSequence(entropy: seed, spawnKey: [node.key, UInt64(node.depth)]).state(1)[0]
        var generator = source.generator(seed: UInt64(key))
        let (share, over, scale) = (Float(left), Float(inverse), Float((left * right * inverse).squareRoot()))
        let noise = generator.normal(node.increment.count)
        let whole = node.increment
        let first = whole.indices.map { whole[$0] * share * over + noise[$0] * scale }
        let second = whole.indices.map { whole[$0] - first[$0] }
        let halves = (
            left: Node(start: node.start, end: middle, key: 2 * node.key, depth: node.depth + 1, first),
            right: Node(start: middle, end: node.end, key: 2 * node.key + 1, depth: node.depth + 1, second)
        )
        node.halves = halves
        return halves
    }

    private func prune(_ node: Node, _ a: Double, _ b: Double) {
        guard let halves = node.halves else { return }
        guard node.start...node.end ~= a || node.start...node.end ~= b else {
            node.halves = nil
            return
        }
        prune(halves.left, a, b)
        prune(halves.right, a, b)
    }

    /// The nearest multiple of a millionth, as Python's `round(x, 6)`: half to even, of the exact binary value.
    static func rounded(_ x: Double) -> Double {
        let product = x * 1e6
        let error = (-product).addingProduct(x, 1e6)
        var nearest = product.rounded(.toNearestOrEven)
        // The product was rounded onto a half: what it was before decides.
        if abs(product - product.rounded(.towardZero)) == 0.5, error != 0 { nearest = product.rounded(error > 0 ? .up : .down) }
        return nearest / 1e6
    }
}
