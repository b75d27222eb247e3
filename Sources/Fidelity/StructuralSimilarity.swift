import Generation
import Glibc

/// Structural similarity of pictures: at each pixel the means, variances and covariance of both pictures under a Gaussian window
/// are compared, and the results averaged.
///
/// Source: Wang, Bovik, Sheikh and Simoncelli, "Image quality assessment: from error visibility to structural similarity", 2004.
/// The numbers are those of scikit-image's `structural_similarity` with `channel_axis=2, gaussian_weights=True, sigma=1.5,
/// use_sample_covariance=False, data_range=255`, which leaves out the pixels whose window reaches over the edge.
enum StructuralSimilarity {
    /// The paper's K₁ and K₂, for values of 0 to 255.
    private static let meanStabilizer = (0.01 * 255) * (0.01 * 255)
    private static let varianceStabilizer = (0.03 * 255) * (0.03 * 255)

    /// - Precondition: both pictures have the same size.
    static func mean(_ left: RGBImage, _ right: RGBImage) -> Double {
        let (across, down) = (GaussianWindow(within: left.width), GaussianWindow(within: left.height))
        let channels = (0..<3).map { channel in
            mean(Plane(left, channel: channel), Plane(right, channel: channel)) { $0.filtered(across: across, down: down) }
        }
        return channels.reduce(0, +) / 3
    }

    private static func mean(_ x: Plane, _ y: Plane, underWindow mean: (Plane) -> Plane) -> Double {
        let (meanX, meanY) = (mean(x).values, mean(y).values)
        let (meanXX, meanYY, meanXY) = (mean(x * x).values, mean(y * y).values, mean(x * y).values)
        var sum = 0.0
        for index in meanX.indices {
            let (mX, mY) = (meanX[index], meanY[index])
            let (varianceX, varianceY) = (meanXX[index] - mX * mX, meanYY[index] - mY * mY)
            let covariance = meanXY[index] - mX * mY
            sum += (2 * mX * mY + meanStabilizer) * (2 * covariance + varianceStabilizer)
                / ((mX * mX + mY * mY + meanStabilizer) * (varianceX + varianceY + varianceStabilizer))
        }
        return sum / Double(meanX.count)
    }
}

/// The weights of a Gaussian with σ = 1.5, cut off at 5 pixels from the middle; their sum is 1.
private struct GaussianWindow {
    let weights: [Double]

    /// - Parameter extent: of the axis that the window slides along. One that is too short for 11 weights gets as many as fit.
    init(within extent: Int) {
        let radius = min(5, (extent - 1) / 2)
        let bell = (-radius...radius).map { exp(-0.5 * Double($0 * $0) / (1.5 * 1.5)) }
        let sum = bell.reduce(0, +)
        weights = bell.map { $0 / sum }
    }
}

/// One channel of a picture as numbers.
private struct Plane {
    let width: Int
    let height: Int
    var values: [Double]

    init(_ image: RGBImage, channel: Int) {
        width = image.width
        height = image.height
        values = image.pixels.withUnsafeBufferPointer { pixels in
            stride(from: channel, to: pixels.count, by: 3).map { Double(pixels[$0]) }
        }
    }

    private init(zerosOfWidth width: Int, height: Int) {
        self.width = width
        self.height = height
        values = [Double](repeating: 0, count: width * height)
    }

    static func * (left: Plane, right: Plane) -> Plane {
        var product = left
        product.values.withUnsafeMutableBufferPointer { product in
            right.values.withUnsafeBufferPointer { right in
                for index in 0..<right.count { product[index] *= right[index] }
            }
        }
        return product
    }

    /// The weighted means at all places where the windows lie within the plane, which is smaller by what they overhang.
    func filtered(across: GaussianWindow, down: GaussianWindow) -> Plane {
        let narrow = adding(across.weights, stride: 1, width: width - across.weights.count + 1, height: height)
        return narrow.adding(down.weights, stride: narrow.width, width: narrow.width, height: height - down.weights.count + 1)
    }

    /// Adds this plane up, moved by `stride` elements from one weight to the next. Weights are the outer loop:
    /// the inner one adds independent numbers, many at once.
    private func adding(_ weights: [Double], stride: Int, width newWidth: Int, height newHeight: Int) -> Plane {
        var sum = Plane(zerosOfWidth: newWidth, height: newHeight)
        values.withUnsafeBufferPointer { values in
            sum.values.withUnsafeMutableBufferPointer { sum in
                for y in 0..<newHeight {
                    let row = UnsafeMutableBufferPointer(rebasing: sum[y * newWidth..<(y + 1) * newWidth])
                    for (index, weight) in weights.enumerated() {
                        let moved = UnsafeBufferPointer(rebasing: values[(y * width + index * stride)...])
                        for x in 0..<newWidth { row[x] += weight * moved[x] }
                    }
                }
            }
        }
        return sum
    }
}
