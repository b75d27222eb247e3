import Checkpoints
import GraphIR

extension Layer {
    /// Real-ESRGAN's small network: convolutions with a slope for each channel between them. They give what is added to repeated pixels.
    /// Source: Real-ESRGAN `srvgg_arch.py`, with PReLU.
    func compact(_ picture: Features, width: Int, convolutions: Int, scale: Int) throws(CheckpointError) -> Features {
        var x = picture
        for index in 0..<convolutions - 1 {
            x = try self["body", 2 * index].convolution(x, to: width)
            let activation = self["body", 2 * index + 1]
            let slopes = activation.has("weight", shape: [1]) ? 1 : width
            x.value = graph.prelu(x.value, try activation.weight("weight", [slopes]))
        }
        x = try self["body", 2 * (convolutions - 1)].convolution(x, to: 3 * scale * scale)
        let detail = scale == 1 ? x.value : graph.channelsToPixels(x.value, side: scale)
        let repeated = scale == 1 ? picture.value : graph.repeatPixels(picture.value, scale)
        return Features(graph.add(detail, repeated), channels: 3)
    }
}
