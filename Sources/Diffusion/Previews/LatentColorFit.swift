import Checkpoints
import Generation
import Tensors

/// Learns `LatentColors` from pictures that a VAE has decoded, by least squares: the latents of a position against the mean colour of
/// the pixels that it became.
///
/// Pictures show few colours, and those of one evening the same ones. So they only correct what is known of all colours.
struct LatentColorFit: Sendable {
    /// How much less each picture counts than the one after it.
    private static let memory = 0.95

    /// The weight of `base`, in pictures.
    private static let baseWeight = 8.0

    /// Sums of latents in all colours; nil as long as nothing is known.
    private var base: ColorSums?
    private var pictures: ColorSums

    init(_ checkpoint: Checkpoint) { self.init(channels: checkpoint.vae.configuration.latentChannels, knowing: LatentColors(checkpoint)) }

    /// - Parameter colors: what is known of the VAE before it has decoded anything.
    init(channels: Int, knowing colors: LatentColors? = nil) {
        base = colors.map { ColorSums(unitLatentsOf: $0) }
        pictures = ColorSums(channels: channels)
    }

    /// nil as long as nothing is known of all colours.
    var colors: LatentColors? { base.map { ($0 * Self.baseWeight + pictures).solution } }

    /// Learns from made-up latents in all colours what is not known yet.
    /// - Parameter latents: `[1, channels, height, width]`, which became `picture`.
    mutating func learnAllColors(_ latents: NDArray, became picture: RGBImage) {
        base = base ?? ColorSums(latents, became: picture)
    }

    /// Learns from one picture more.
    /// - Parameter latents: `[1, channels, height, width]`, which became `picture`.
    mutating func learn(_ latents: NDArray, became picture: RGBImage) {
        pictures = pictures * Self.memory + ColorSums(latents, became: picture)
    }
}

/// All that least squares need to know of pictures.
private struct ColorSums {
    /// Mean products of the channels and 1 with each other.
    private var products: [[Double]]
    /// Those with red, green and blue, −1 ... 1.
    private var colorProducts: [[Double]]

    init(channels: Int) {
        let zeros = [Double](repeating: 0, count: channels + 1)
        products = .init(repeating: zeros, count: channels + 1)
        colorProducts = .init(repeating: zeros, count: 3)
    }

    /// Sums of latents whose channels have the variance 1, the mean 0 and nothing to do with each other.
    init(unitLatentsOf colors: LatentColors) {
        self.init(channels: colors.factors[0].count - 1)
        for row in products.indices { products[row][row] = 1 }
        colorProducts = colors.factors.map { $0.map(Double.init) }
    }

    init(_ latents: NDArray, became picture: RGBImage) {
        let (channels, height, width) = (latents.shape[1], latents.shape[2], latents.shape[3])
        self.init(channels: channels)
        let count = height * width
        let colors = picture.meanColors(columns: width, rows: height)
        var position = [Double](repeating: 1, count: channels + 1)
        for index in 0..<count {
            for channel in 0..<channels { position[channel] = Double(latents.values[channel * count + index]) }
            for row in products.indices {
                let share = position[row] / Double(count)
                for column in products.indices { products[row][column] += share * position[column] }
                for color in 0..<3 { colorProducts[color][row] += share * Double(colors[3 * index + color]) }
            }
        }
    }

    static func + (a: Self, b: Self) -> Self {
        var sum = a
        sum.products = zip(a.products, b.products).map { zip($0, $1).map(+) }
        sum.colorProducts = zip(a.colorProducts, b.colorProducts).map { zip($0, $1).map(+) }
        return sum
    }

    static func * (a: Self, factor: Double) -> Self {
        var product = a
        product.products = a.products.map { $0.map { $0 * factor } }
        product.colorProducts = a.colorProducts.map { $0.map { $0 * factor } }
        return product
    }

    /// The colours with the least squares of errors.
    var solution: LatentColors {
        var matrix = products
        // Where latents of few positions leave something open, it is 0.
        for row in matrix.indices { matrix[row][row] += 1e-4 }
        return LatentColors(factors: colorProducts.map { Self.solution(of: matrix, $0).map(Float.init) })
    }

    /// x of `matrix · x = right`, by Gauss and Jordan. The matrix is positive definite, so that no pivot is 0.
    private static func solution(of matrix: [[Double]], _ right: [Double]) -> [Double] {
        var rows = zip(matrix, right).map { $0 + [$1] }
        for pivot in rows.indices {
            let scale = rows[pivot][pivot]
            rows[pivot] = rows[pivot].map { $0 / scale }
            for row in rows.indices where row != pivot {
                let factor = rows[row][pivot]
                rows[row] = zip(rows[row], rows[pivot]).map { $0 - factor * $1 }
            }
        }
        return rows.map { $0[$0.count - 1] }
    }
}

extension RGBImage {
    /// The mean colour of each field of a grid: red, green and blue in turn, −1 ... 1.
    /// - Precondition: the sides are multiples of the grid's.
    func meanColors(columns: Int, rows: Int) -> [Float] {
        let (fieldWidth, fieldHeight) = (width / columns, height / rows)
        var sums = [Int](repeating: 0, count: 3 * columns * rows)
        pixels.withUnsafeBufferPointer { pixels in
            for y in 0..<rows * fieldHeight {
                let start = y / fieldHeight * columns * 3
                for x in 0..<columns * fieldWidth {
                    let (field, pixel) = (start + x / fieldWidth * 3, 3 * (y * width + x))
                    for color in 0..<3 { sums[field + color] += Int(pixels[pixel + color]) }
                }
            }
        }
        let scale = 2 / (255 * Float(fieldWidth * fieldHeight))
        return sums.map { Float($0) * scale - 1 }
    }
}
