import Generation
import Hosting
import OpenVINO

/// The output of `easel devices`.
struct DevicesReport {
    /// A device, with its answer to each accuracy mode.
    struct Entry {
        let device: Device
        let outcomes: [AccuracyMode: ModeOutcome]
    }

    let entries: [Entry]
    let advice: [IntelHardware.Advice]
    /// OpenVINO's.
    let version: String

    var text: String {
        var devices = Table(header: ["DEVICE", "NAME", "COMPUTES IN"])
        var modes = Table(header: ["DEVICE"] + ModeProbe.modes.map(\.rawValue))
        var refusals = ""
        for entry in entries {
            devices.append([entry.device.name, entry.device.fullName, entry.device.precisions.joined(separator: " ")])
            modes.append([entry.device.name] + ModeProbe.modes.map { entry.outcomes[$0]?.cell ?? "" })
            for mode in ModeProbe.modes {
                if case .refused(let reason) = entry.outcomes[mode] {
                    refusals += "\(entry.device.name) refuses \(mode.rawValue): \(reason)\n"
                }
            }
        }
        var text = devices.text + "\nWhat each --precision leads to:\n" + modes.text
        if entries.contains(where: \.quantizes) {
            text += "(q32: where weights are quantized, activations are too, in groups of 32.)\n"
        }
        text += refusals
        for item in advice { text += "\n\(item.problem)\n" + item.steps.map { "  - \($0)\n" }.joined() }
        return text + "\nOpenVINO \(version)\n"
    }

    /// One line, keys in alphabetical order.
    var json: String {
        jsonLine(Document(openvino: version, devices: entries.map { entry in
            .init(
                name: entry.device.name, fullName: entry.device.fullName, capabilities: entry.device.capabilities,
                modes: Dictionary(uniqueKeysWithValues: entry.outcomes.map { ($0.key.rawValue, .init($0.value)) }))
        }, notListed: advice))
    }

    private struct Document: Encodable {
        let openvino: String
        let devices: [DeviceObject]
        let notListed: [IntelHardware.Advice]

        private enum CodingKeys: String, CodingKey { case openvino, devices, notListed = "not_listed" }
    }

    private struct DeviceObject: Encodable {
        let name: String
        let fullName: String
        let capabilities: [String]
        let modes: [String: ModeObject]

        private enum CodingKeys: String, CodingKey { case name, fullName = "full_name", capabilities, modes }
    }

    /// Has either a precision or a refusal.
    private struct ModeObject: Encodable {
        private var precision: String?
        private var quantizationGroupSize: Int?
        private var refused: String?

        init(_ outcome: ModeOutcome) {
            switch outcome {
            case .computes(let precision, let groupSize): (self.precision, quantizationGroupSize) = (precision, groupSize)
            case .refused(let reason): refused = reason
            }
        }

        private enum CodingKeys: String, CodingKey { case precision, quantizationGroupSize = "quantization_group_size", refused }
    }
}

extension DevicesReport.Entry {
    fileprivate var quantizes: Bool {
        outcomes.values.contains { if case .computes(_, let groupSize?) = $0 { groupSize > 0 } else { false } }
    }
}

extension ModeOutcome {
    /// In a table: `f16 q32`.
    fileprivate var cell: String {
        switch self {
        case .computes(let precision, let groupSize?) where groupSize > 0: "\(precision) q\(groupSize)"
        case .computes(let precision, _): precision
        case .refused: "refused"
        }
    }
}

extension Device {
    /// Among the capabilities, those that name number formats: `FP32`, `BF16`, `INT8`.
    fileprivate var precisions: [String] {
        capabilities.filter { capability in ["FP", "BF", "INT"].contains { capability.hasPrefix($0) } }
    }
}
