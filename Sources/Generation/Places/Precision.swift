/// The arithmetic that a network is asked to run in. Raw values are OpenVINO's names.
public enum Precision: String, Sendable, Hashable, CaseIterable, Codable {
    case f32, bf16, f16
}
