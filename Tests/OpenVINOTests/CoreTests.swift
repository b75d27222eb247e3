import Testing

@testable import OpenVINO

@Suite("Core and devices")
struct CoreTests {
    let core: Core

    init() throws { core = try Core() }

    @Test("the version is the pinned one or later")
    func version() throws {
        #expect(try Core.version().hasPrefix("202"))
    }

    @Test("the CPU is there, and says what it is")
    func devices() throws {
        let cpu = try #require(try core.devices().first { $0.name == "CPU" })
        #expect(!cpu.fullName.isEmpty)
        #expect(cpu.capabilities.contains("FP32"))
    }

    @Test("properties are set and read back with their type")
    func properties() throws {
        try core.set([Property(.inferencePrecision, .f32), Property(.threadCount, 1)], device: "CPU")
        #expect(try core.value(of: .inferencePrecision, device: "CPU") == .f32)
        #expect(try core.value(of: .threadCount, device: "CPU") == 1)
        #expect(try core.value(of: .supportedProperties, device: "CPU").contains("INFERENCE_PRECISION_HINT"))
    }

    @Test("every precision can be set", arguments: InferencePrecision.allCases)
    func precisions(precision: InferencePrecision) throws {
        try core.set([Property(.inferencePrecision, precision)], device: "CPU")
        let answer = try core.value(of: .inferencePrecision, device: "CPU")
        // f16 and bf16 fall back to f32 on CPUs without them.
        #expect(answer == precision || [.f16, .bf16].contains(precision) && answer == .f32)
    }

    @Test("an unknown device is named together with those that are there")
    func unknownDevice() throws {
        let error = #expect(throws: OpenVINOError.self) { try core.value(of: .fullDeviceName, device: "TPU") }
        guard case .deviceNotFound("TPU", let available) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(available.contains("CPU"))
    }

    @Test("an unknown property is named in the error")
    func unknownProperty() throws {
        let error = #expect(throws: OpenVINOError.self) {
            try core.value(of: PropertyKey<String>("NO_SUCH_PROPERTY"), device: "CPU")
        }
        #expect(error?.description.contains("NO_SUCH_PROPERTY") == true)
    }

    @Test("text that a key cannot read is reported, not guessed at")
    func unreadableProperty() throws {
        let name = try core.value(of: .fullDeviceName, device: "CPU")
        #expect(throws: OpenVINOError.propertyText(key: "FULL_DEVICE_NAME", text: name)) {
            try core.value(of: PropertyKey<Int>("FULL_DEVICE_NAME"), device: "CPU")
        }
    }
}
