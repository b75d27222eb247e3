public import Generation

/// The devices of a stage, and its accuracy.
public struct ComponentChoice: Sendable, Hashable {
    /// OpenVINO's names, in the order in which they are tried. Never empty.
    public var devices: [String]
    /// The accuracy that is asked of each of the devices.
    public var accuracy: AccuracyMode

    /// Makes a choice. There has to be at least one device.
    public init(devices: [String], accuracy: AccuracyMode) {
        self.devices = devices
        self.accuracy = accuracy
    }
}

extension EaselSettings {
    /// Resolves these settings on a machine.
    ///
    /// With nothing set that is the best single device for UNet and VAE (a GPU, else the CPU; an NPU only by name), and the
    /// CPU with f32 for the text encoder. OpenVINO's `GPU` and `GPU.0` are the same device.
    /// - Parameter found: names of the machine's devices, as OpenVINO lists them.
    /// - Throws: `DeviceChoiceError` when a device that is named is not there; in a list, when none is.
    public func choices(found: [String]) throws(DeviceChoiceError) -> PerStage<ComponentChoice> {
        func choice(_ stage: Stage) throws(DeviceChoiceError) -> ComponentChoice {
            ComponentChoice(
                devices: try devices(for: stage, found: found),
                accuracy: openvinoAccuracyPerComponent[stage] ?? openvinoAccuracy)
        }
        return try PerStage(encode: choice(.encode), denoise: choice(.denoise), decode: choice(.decode))
    }

    /// Checks that every device that some settings name is there. `choices(found:)` is content with one of a list.
    /// - Parameters:
    ///   - keys: the settings to look at; those that are no lists of devices are passed over.
    ///   - found: names of the machine's devices, as OpenVINO lists them.
    /// - Throws: `DeviceChoiceError` for the first name that is not there.
    public func checkDevices(of keys: Set<String>, found: [String]) throws(DeviceChoiceError) {
        let lists = [("openvino_devices", openvinoDevices)] + Stage.allCases.map {
            ("openvino_devices_\($0.rawValue)", openvinoDevicesPerComponent[$0])
        }
        for (key, names) in lists where keys.contains(key) {
            for name in names { _ = try Self.device(called: name, found: found, key: key, source: source(of: key)) }
        }
    }

    private func devices(for stage: Stage, found: [String]) throws(DeviceChoiceError) -> [String] {
        let own = openvinoDevicesPerComponent[stage]
        let names = own.isEmpty ? openvinoDevices : own
        guard !names.isEmpty else {
            guard let best = Self.bestDevice(of: found) else { throw .nothingToChoose(found: found) }
            return [best]
        }
        let key = own.isEmpty ? "openvino_devices" : "openvino_devices_\(stage.rawValue)"
        var devices: [String] = []
        var absence: DeviceChoiceError?
        for name in names {
            do {
                let device = try Self.device(called: name, found: found, key: key, source: source(of: key))
                // `GPU` and `GPU.0` in one list are one device.
                if !devices.contains(device) { devices.append(device) }
            } catch {
                // One list may serve several machines, as long as something of it is there.
                guard names.count > 1, case .notFound = error else { throw error }
                absence = absence ?? error
            }
        }
        if devices.isEmpty, let absence { throw absence }
        return devices
    }

    /// The name under which OpenVINO lists a device.
    private static func device(
        called name: String, found: [String], key: String, source: SettingSource
    ) throws(DeviceChoiceError) -> String {
        if DeviceList.mixesDevices(name) { throw .mixesDevices(name, key: key, source: source) }
        if name.hasPrefix("HETERO:") {
            var parts: [String] = []
            for part in name.dropFirst("HETERO:".count).split(separator: ",") {
                parts.append(try device(called: String(part), found: found, key: key, source: source))
            }
            return "HETERO:" + parts.joined(separator: ",")
        }
        // OpenVINO lists a single GPU as `GPU`, several as `GPU.0`, `GPU.1`.
        let synonyms = [name, name + ".0"] + (name.hasSuffix(".0") ? [String(name.dropLast(2))] : [])
        guard let device = synonyms.first(where: found.contains) else {
            throw .notFound(name, found: found, key: key, source: source)
        }
        return device
    }

    private static func bestDevice(of found: [String]) -> String? {
        let gpus = found.filter { $0 == "GPU" || $0.hasPrefix("GPU.") }
        // Where the processor has a GPU of its own, OpenVINO numbers it 0, and a graphics card comes after it.
        return gpus.dropFirst().first ?? gpus.first ?? (found.contains("CPU") ? "CPU" : nil)
    }
}

/// Why a stage has no device.
public enum DeviceChoiceError: Error, Sendable, Hashable {
    /// `key` and `source` tell which setting names it.
    case notFound(String, found: [String], key: String, source: SettingSource)
    /// The name stands for several devices among which OpenVINO chooses.
    case mixesDevices(String, key: String, source: SettingSource)
    /// Nothing is named, and there is neither a GPU nor a CPU.
    case nothingToChoose(found: [String])
}

extension DeviceChoiceError {
    /// The setting at fault.
    public var key: String {
        switch self {
        case .notFound(_, _, let key, _), .mixesDevices(_, let key, _): key
        case .nothingToChoose: "openvino_devices"
        }
    }
}

extension DeviceChoiceError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .notFound(let name, let found, let key, let source):
            // Somebody who changes a setting knows which one it is.
            "There is no device \"\(name)\" here\(source == .change ? "" : " (\(key), \(source))"). \(Self.list(found))"
        case .mixesDevices(let name, let key, let source):
            "\(name) cannot be used (\(key), \(source)): one picture is made by one fixed set of devices. Name them in order, such as "
                + "GPU,CPU."
        case .nothingToChoose(let found):
            "There is neither a GPU nor a CPU that OpenVINO can use. \(Self.list(found)) Another device must be named in openvino_devices."
        }
    }

    private static func list(_ found: [String]) -> String {
        found.isEmpty ? "OpenVINO finds no device at all; `easel devices` tells more." : "OpenVINO finds: \(found.joined(separator: ", "))."
    }
}

extension DeviceChoiceError: ReasonedError {
    public var errorReason: ErrorReason {
        switch self {
        case .notFound(let name, let found, let key, _): .noDevice(name, found: found, setting: key)
        case .mixesDevices(let name, let key, _): ErrorReason(.mixedDevices, ["name": .init(name), "setting": .init(key)])
        case .nothingToChoose(let found): ErrorReason(.noUsableDevice, ["devices": .init(found)])
        }
    }
}
