public import Generation
public import Tensors

extension HiresSize {
    /// The latents without what is cut off, half of it on each side; of an odd number, one more at the right and at the bottom.
    /// - Parameters:
    ///   - latents: `[batch, channels, enlarged height/f, enlarged width/f]`, of a size that was floored to eights.
    ///   - scaleFactor: f, pixels for each of the latents; 8 for the VAEs of Stable Diffusion.
    public func cut(_ latents: NDArray, scaleFactor: Int = 8) -> NDArray {
        let (cutRows, cutColumns) = (cutRows * 8 / scaleFactor, cutColumns * 8 / scaleFactor)
        let (height, width) = (latents.shape[2], latents.shape[3])
        let rows = cutRows / 2..<height - (cutRows + 1) / 2
        let columns = cutColumns / 2..<width - (cutColumns + 1) / 2
        var values: [Float] = []
        for plane in 0..<latents.shape[0] * latents.shape[1] {
            for row in rows {
                let start = (plane * height + row) * width
                values += latents.values[start + columns.lowerBound..<start + columns.upperBound]
            }
        }
        return NDArray(shape: [latents.shape[0], latents.shape[1], rows.count, columns.count], values: values)
    }
}
