/// How exactly a component shall compute. Raw values are those of the setting `openvino_accuracy` and of `--precision`.
public enum AccuracyMode: String, Sendable, Hashable, CaseIterable, Codable {
    /// Measured once for a checkpoint on a device: the fastest precision within the error bound.
    case auto
    /// Nothing is asked of the device.
    case `default`
    /// The device's fastest: f16 on GPUs, bf16 on recent CPUs.
    case performance
    /// f32 throughout, with nothing quantized on the fly.
    case accuracy
    /// One precision by name.
    case f32, bf16, f16
}
