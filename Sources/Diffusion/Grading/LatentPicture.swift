import Tensors

/// The latents of one picture, with what corrections do to them.
struct LatentPicture: Sendable, Equatable {
    /// `[1, channels, height, width]`.
    private(set) var array: NDArray

    init(_ array: NDArray) { self.array = array }

    /// The number of channels.
    var channelCount: Int { array.shape[1] }
    /// Whether single channels have a meaning that corrections know: the first is lightness, the others are colour.
    var isOfFourChannels: Bool { channelCount <= 4 }

    private var height: Int { array.shape[2] }
    private var width: Int { array.shape[3] }
    private var planeSize: Int { height * width }

    /// Multiplies all values.
    mutating func scale(by factor: Float) { array = Double(factor) * array }

    /// Moves channels towards a mean of 0.
    /// - Parameters:
    ///   - channels: all when nil.
    ///   - each: the share of its own mean that is taken from each channel.
    ///   - all: the share of what is then their common mean that is taken from all of them.
    ///   - added: what is added in the end.
    mutating func center(channels: Range<Int>? = nil, each: Float = 0, all: Float = 0, adding added: Float = 0) {
        let channels = channels ?? 0..<channelCount
        if channels.isEmpty { return }
        for channel in channels where each != 0 { add(-each * mean(of: channel..<channel + 1), to: channel..<channel + 1) }
        add(added - all * mean(of: channels), to: channels)
    }

    /// Presses values whose amount is above `share · boundary` into the range from there to `boundary`, where the greatest of all
    /// channels at the same place ends up. Nothing happens as long as no value reaches `boundary`.
    mutating func press(below boundary: Float, from share: Float) {
        guard greatestAmount >= boundary, share != 0 else { return }
        let threshold = share * boundary
        for place in 0..<planeSize {
            let indices = stride(from: place, to: array.values.count, by: planeSize)
            let values = indices.map { array.values[$0] }
            guard let greatest = values.max(), let least = values.min() else { continue }
            for (index, value) in zip(indices, values) {
                if value > threshold {
                    array.values[index] = (value - threshold) / (greatest - threshold) * (boundary - threshold) + threshold
                } else if value < -threshold {
                    array.values[index] = (value + threshold) / (least + threshold) * (threshold - boundary) - threshold
                }
            }
        }
    }

    /// Moves values away from the mean of their neighbourhood, in which they count five times; those at the edges stay. Then presses
    /// large values below 4.
    /// - Parameter ratio: below 0 softens.
    mutating func sharpen(by ratio: Float) {
        let original = array.values
        if height > 2, width > 2 {
            for y in (0..<channelCount).flatMap({ channel in (1..<height - 1).map { channel * height + $0 } }) {
                for index in y * width + 1..<(y + 1) * width - 1 {
                    var sum = 4 * original[index]
                    for row in [index - width, index, index + width] { sum += original[row - 1] + original[row] + original[row + 1] }
                    array.values[index] = (1 + ratio) * original[index] - ratio * (sum / 13)
                }
            }
        }
        press(below: 4, from: 0.95)
    }

    /// Scales all values so that the one of the greatest amount comes to `boundary`.
    mutating func stretch(to boundary: Float) {
        let greatest = greatestAmount
        // Nothing but zeros stays so.
        if greatest > 0 { scale(by: boundary / greatest) }
    }

    private var greatestAmount: Float { array.values.reduce(0) { max($0, abs($1)) } }

    private func mean(of channels: Range<Int>) -> Float {
        let values = array.values[channels.lowerBound * planeSize..<channels.upperBound * planeSize]
        // In double precision: large latents have more values than a Float counts.
        return Float(values.reduce(0.0) { $0 + Double($1) } / Double(values.count))
    }

    private mutating func add(_ amount: Float, to channels: Range<Int>) {
        for index in channels.lowerBound * planeSize..<channels.upperBound * planeSize { array.values[index] += amount }
    }
}
