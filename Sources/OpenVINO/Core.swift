import COpenVINO

/// The OpenVINO runtime: its devices, and how models get onto them.
///
/// Making one loads no device; the first use of a device does. The corresponding C type is `ov_core_t`.
public final class Core: Sendable {
    // `ov::Core` is documented as thread-safe, so every method may be called from anywhere.
    let handle: Handle

    /// The corresponding C function is `ov_core_create`.
    public init() throws(OpenVINOError) {
        handle = try Handle("start OpenVINO", freedBy: ov_core_free) { ov_core_create(&$0) }
    }

    /// OpenVINO's build: `2026.4.1-22982-…`.
    /// The corresponding C function is `ov_get_openvino_version`.
    public static func version() throws(OpenVINOError) -> String {
        var version = ov_version_t()
        try check(ov_get_openvino_version(&version), "read OpenVINO's version")
        defer { ov_version_free(&version) }
        return version.buildNumber.map { String(cString: $0) } ?? ""
    }

    /// The names of the devices of this machine: `CPU`, `GPU.0`.
    /// The corresponding C function is `ov_core_get_available_devices`.
    public func deviceNames() throws(OpenVINOError) -> [String] {
        var devices = ov_available_devices_t()
        try check(ov_core_get_available_devices(handle.pointer, &devices), "list the devices")
        defer { ov_available_devices_free(&devices) }
        return UnsafeBufferPointer(start: devices.devices, count: devices.size).compactMap { name in
            name.map { String(cString: $0) }
        }
    }
}

// MARK: Properties

extension Core {
    /// A property of a device.
    /// The corresponding C function is `ov_core_get_property`.
    public func value<Value>(of key: PropertyKey<Value>, device: String) throws(OpenVINOError) -> Value {
        do {
            return try key.value(of: String("read \(key.name) of \(device)") {
                ov_core_get_property(handle.pointer, device, key.name, &$0)
            })
        } catch {
            throw explained(error, device: device)
        }
    }

    /// Sets properties for everything compiled for a device from now on.
    /// The corresponding C function is `ov_core_set_properties`.
    public func set(_ properties: [Property], device: String) throws(OpenVINOError) {
        do {
            let names = properties.map(\.name).joined(separator: ", ")
            let status = properties.withProperties { ov_core_set_properties(handle.pointer, device, $1, $0) }
            try check(status, "set \(names) of \(device)")
        } catch {
            throw explained(error, device: device)
        }
    }

    /// Says so when a call failed because the device is not there. OpenVINO has no status of its own for that.
    func explained(_ error: OpenVINOError, device: String) -> OpenVINOError {
        // `AUTO:GPU,CPU` and the like name several; those keep OpenVINO's text.
        guard case .call = error, !device.contains(":"), !["AUTO", "MULTI", "HETERO", "BATCH"].contains(device),
            let available = try? deviceNames(),
            !available.contains(where: { $0 == device || $0.hasPrefix(device + ".") || device == $0 + ".0" })
        else { return error }
        return .deviceNotFound(device, available: available)
    }
}

// MARK: Models

extension Core {
    /// Reads a model from text in OpenVINO's IR format, with its constants in memory.
    ///
    /// The constants are not copied: the model, and all that is compiled from it, keeps the weights' memory alive.
    /// - Parameter weights: bytes (`u8`); a constant's offset counts from its start.
    ///
    /// The corresponding C function is `ov_core_read_model_from_memory_buffer`.
    public func readModel(xml: String, weights: borrowing Tensor) throws(OpenVINOError) -> Model {
        try readModel(xml: xml, weights: weights.handle, owners: weights.owners)
    }

    /// Reads a model that has no constants in memory.
    /// The corresponding C function is `ov_core_read_model_from_memory_buffer`.
    public func readModel(xml: String) throws(OpenVINOError) -> Model {
        try readModel(xml: xml, weights: nil, owners: [])
    }

    private func readModel(
        xml: String, weights: Handle?, owners: [any AnyObject & Sendable]
    ) throws(OpenVINOError) -> Model {
        let handle = try reading(owners) { () throws(OpenVINOError) in
            try oneAtATime { () throws(OpenVINOError) in
                try Handle("read the model", freedBy: ov_model_free) { model in
                    var xml = xml
                    return xml.withUTF8 { text in
                        text.withMemoryRebound(to: CChar.self) {
                            ov_core_read_model_from_memory_buffer(
                                self.handle.pointer, $0.baseAddress, $0.count, weights?.pointer, &model)
                        }
                    }
                }
            }
        }
        return Model(handle: handle, owners: owners)
    }

    /// Reads a model file; an IR file's weights lie beside it, with the ending `.bin`.
    /// The corresponding C function is `ov_core_read_model`.
    public func readModel(path: String) throws(OpenVINOError) -> Model {
        let handle = try oneAtATime { () throws(OpenVINOError) in
            try Handle("read the model \"\(path)\"", freedBy: ov_model_free) {
                ov_core_read_model(self.handle.pointer, path, nil, &$0)
            }
        }
        return Model(handle: handle, owners: [])
    }

    /// Compiles a model for a device. This blocks for seconds, on a GPU for minutes.
    /// The corresponding C function is `ov_core_compile_model_props`.
    public func compile(
        _ model: borrowing Model, device: String, properties: [Property] = []
    ) throws(OpenVINOError) -> CompiledModel {
        let source = model.handle
        return try adopt(device: device, owners: model.owners, "compile the model for \(device)") { compiled in
            properties.withProperties {
                ov_core_compile_model_props(handle.pointer, source.pointer, device, $1, $0, &compiled)
            }
        }
    }

    /// Loads what `CompiledModel.export(to:)` wrote, on a device of the same kind and the same OpenVINO version.
    /// The corresponding C function is `ov_core_import_model`.
    public func importModel(_ exported: UnsafeRawBufferPointer, device: String) throws(OpenVINOError) -> CompiledModel {
        try adopt(device: device, owners: [], "import a compiled model for \(device)") { compiled in
            exported.withMemoryRebound(to: CChar.self) {
                ov_core_import_model(handle.pointer, $0.baseAddress, $0.count, device, &compiled)
            }
        }
    }

    private func adopt(
        device: String, owners: [any AnyObject & Sendable], _ attempt: String, _ make: (inout OpaquePointer?) -> ov_status_e
    ) throws(OpenVINOError) -> CompiledModel {
        do {
            // Not one at a time: compiles take seconds and mostly one core each. When two fail at the same moment,
            // one may be told with the other's text.
            let compiled = try reading(owners) { () throws(OpenVINOError) in try Handle(attempt, freedBy: ov_compiled_model_free, make) }
            return try CompiledModel(handle: compiled, core: self, owners: owners)
        } catch {
            throw explained(error, device: device)
        }
    }
}
