public import Generation

extension Raster {
    /// The picture in another size, bit for bit as Pillow 9.5 makes it: first the width, then the height, with 8 bits in between.
    ///
    /// Source: Pillow `libImaging/Resample.c` at 9.5.0. Later versions begin with the height in about a third of all cases,
    /// which changes some values by 1.
    /// - Precondition: width and height are at least 1.
    public func resized(to size: PictureSize, filter: ResamplingFilter = .lanczos) -> Self {
        resized(to: size, filter: filter, window: PixelBox(x: 0..<size.width, y: 0..<size.height))
    }

    /// A part of the picture in another size. What lies outside is not computed: it may be much larger than any picture should be.
    private func resized(to size: PictureSize, filter: ResamplingFilter, window: PixelBox) -> Self {
        precondition(size.width > 0 && size.height > 0)
        let wide = resizedRows(to: size.width, filter: filter, window: window.x)
        if size.height == height, window.y == 0..<height { return wide }
        return wide.transposed.resizedRows(to: size.height, filter: filter, window: window.y).transposed
    }

    private func resizedRows(to newWidth: Int, filter: ResamplingFilter, window: Range<Int>) -> Self {
        if newWidth == width, window == 0..<width { return self }
        let axis = AxisWeights(from: width, to: newWidth, filter: filter, window: window)
        // Units of 2⁻²²: the sums of 8-bit values just fit into 32 bits.
        let weights = axis.weights.map { Int32($0 * 0x1p22 + ($0 < 0 ? -0.5 : 0.5)) }
        let (channels, half) = (Self.channels, Int32(1 << 21))
        return weights.withUnsafeBufferPointer { weights in
            mapRows(width: window.count) { row, result in
                for x in 0..<window.count {
                    let (first, last) = (axis.offsets[x], axis.offsets[x + 1])
                    var position = axis.starts[x] * channels
                    // Three channels at once, as almost all pictures have.
                    if channels == 3 {
                        var (red, green, blue) = (half, half, half)
                        for index in first..<last {
                            let weight = weights[index]
                            red &+= Int32(row[position]) &* weight
                            green &+= Int32(row[position &+ 1]) &* weight
                            blue &+= Int32(row[position &+ 2]) &* weight
                            position &+= 3
                        }
                        result[3 * x] = UInt8(clamping: red >> 22)
                        result[3 * x + 1] = UInt8(clamping: green >> 22)
                        result[3 * x + 2] = UInt8(clamping: blue >> 22)
                    } else {
                        for channel in 0..<channels {
                            var (sum, position) = (half, position + channel)
                            for index in first..<last {
                                sum &+= Int32(row[position]) &* weights[index]
                                position &+= channels
                            }
                            result[x * channels + channel] = UInt8(clamping: sum >> 22)
                        }
                    }
                }
            }
        }
    }

    /// The picture in the size that is drawn. `.latent`, which has no effect on pictures, is taken for `.just`.
    /// - Precondition: width and height are at least 1.
    public func resized(to size: PictureSize, mode: ResizeMode) -> Self {
        let layout = ResizeLayout(mode, from: self.size, to: size)
        return resized(to: layout.scaled, filter: .lanczos, window: layout.window).extended(layout)
    }

    /// A picture that has been scaled already, in the size that is drawn.
    /// - Precondition: the picture's size is `layout.scaled`.
    public func laidOut(_ layout: ResizeLayout) -> Self {
        precondition(size == layout.scaled)
        return cropped(to: layout.window).extended(layout)
    }

    private func extended(_ layout: ResizeLayout) -> Self {
        if size == layout.size { return self }
        // An odd side may keep one black line, as in A1111.
        return extended(by: layout.margins).placed(on: layout.size, left: 0, top: 0)
    }
}

/// The size to which a picture is scaled, and where it then lies in the size that is drawn.
///
/// Source: A1111 `modules/images.py`, `resize_image`.
public struct ResizeLayout: Sendable, Hashable {
    /// The size of the scaled picture; each side is at least 1. A long, thin picture may have to be scaled to a huge size to cover
    /// another: check it before such a picture is made.
    public let scaled: PictureSize
    /// The size that is drawn.
    public let size: PictureSize
    /// The part of the scaled picture that is seen.
    let window: PixelBox
    /// What its edges continue into.
    let margins: Margins

    /// - Precondition: the sides of both sizes are at least 1.
    public init(_ mode: ResizeMode, from picture: PictureSize, to size: PictureSize) {
        let isWider = size.width * picture.height > picture.width * size.height
        let isNarrower = size.width * picture.height < picture.width * size.height
        let ofWidth = PictureSize(width: size.width, height: max(1, picture.height * size.width / picture.width))
        let ofHeight = PictureSize(width: max(1, picture.width * size.height / picture.height), height: size.height)
        scaled =
            switch mode {
            case .just, .latent: size
            case .crop: isWider ? ofWidth : ofHeight
            case .fill: isNarrower ? ofWidth : ofHeight
            }
        self.size = size
        let (left, top) = (size.width / 2 - scaled.width / 2, size.height / 2 - scaled.height / 2)
        let (hiddenColumns, hiddenRows) = (max(0, -left), max(0, -top))
        window = PixelBox(
            x: hiddenColumns..<min(scaled.width, hiddenColumns + size.width), y: hiddenRows..<min(scaled.height, hiddenRows + size.height))
        margins = Margins(left: max(0, left), top: max(0, top), right: max(0, left), bottom: max(0, top))
    }
}
