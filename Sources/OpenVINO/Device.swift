/// A device that models can be compiled for.
public struct Device: Sendable, Hashable {
    /// OpenVINO's name: `CPU`, `GPU`, `GPU.1`, `NPU`.
    public let name: String
    /// The maker's name for it.
    public let fullName: String
    /// Number types and operations that it is good at: `FP32`, `BF16`, `EXPORT_IMPORT`.
    public let capabilities: [String]
}

extension Core {
    /// The devices of this machine.
    /// The corresponding C function is `ov_core_get_available_devices`.
    public func devices() throws(OpenVINOError) -> [Device] {
        var devices: [Device] = []
        for name in try deviceNames() {
            devices.append(Device(
                name: name,
                fullName: try value(of: .fullDeviceName, device: name),
                capabilities: try value(of: .capabilities, device: name)))
        }
        return devices
    }
}
