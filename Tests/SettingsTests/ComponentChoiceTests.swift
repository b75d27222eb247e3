import Generation
import Testing

@testable import Settings

@Suite("Which device runs which component")
struct ComponentChoiceTests {
    @Test("with nothing set, UNet and VAE run on the best single device, the text encoder on the CPU", arguments: [
        (["CPU"], "CPU"), (["CPU", "GPU"], "GPU"), (["GPU", "CPU"], "GPU"), (["CPU", "NPU"], "CPU"), (["CPU", "GPU", "NPU"], "GPU"),
        (["CPU", "GPU.0"], "GPU.0"),
        // A card is numbered after the processor's own GPU.
        (["CPU", "GPU.0", "GPU.1"], "GPU.1"), (["CPU", "GPU.0", "GPU.1", "GPU.2", "NPU"], "GPU.1"),
    ])
    func best(found: [String], device: String) throws {
        let choices = try EaselSettings().choices(found: found)
        #expect(choices == PerStage(
            encode: ComponentChoice(devices: ["CPU"], accuracy: .f32),
            denoise: ComponentChoice(devices: [device], accuracy: .auto),
            decode: ComponentChoice(devices: [device], accuracy: .f32)))
    }

    @Test("devices that are named are tried in order, under OpenVINO's own names", arguments: [
        (["CPU"], ["CPU", "GPU"], ["CPU"]), (["GPU", "CPU"], ["CPU", "GPU"], ["GPU", "CPU"]),
        (["GPU"], ["CPU", "GPU.0", "GPU.1"], ["GPU.0"]),
        (["GPU.0"], ["CPU", "GPU"], ["GPU"]), (["GPU.1", "GPU"], ["CPU", "GPU.0", "GPU.1"], ["GPU.1", "GPU.0"]),
        (["GPU", "GPU.0", "CPU"], ["CPU", "GPU"], ["GPU", "CPU"]), (["NPU"], ["CPU", "NPU"], ["NPU"]),
        (["HETERO:GPU,CPU"], ["CPU", "GPU.0", "GPU.1"], ["HETERO:GPU.0,CPU"]),
        (["HETERO:GPU,CPU", "CPU"], ["CPU", "GPU"], ["HETERO:GPU,CPU", "CPU"]),
    ])
    func named(names: [String], found: [String], devices: [String]) throws {
        var settings = EaselSettings()
        settings.openvinoDevices = names
        let choices = try settings.choices(found: found)
        #expect(choices.denoise.devices == devices)
        #expect(choices.decode.devices == devices)
        #expect(choices.encode.devices == ["CPU"])
    }

    @Test("each component can have devices and accuracy of its own", arguments: Stage.allCases)
    func overrides(_ component: Stage) throws {
        var settings = EaselSettings()
        settings.openvinoDevices = ["GPU"]
        settings.openvinoAccuracy = .performance
        let before = try settings.choices(found: ["CPU", "GPU", "NPU"])
        #expect(before.map(\.devices) == PerStage(encode: ["CPU"], denoise: ["GPU"], decode: ["GPU"]))
        #expect(before.map(\.accuracy) == PerStage(encode: .f32, denoise: .performance, decode: .f32))

        settings.openvinoDevicesPerComponent[component] = ["NPU"]
        settings.openvinoAccuracyPerComponent[component] = .bf16
        let after = try settings.choices(found: ["CPU", "GPU", "NPU"])
        for other in Stage.allCases {
            #expect(after[other] == (other == component ? ComponentChoice(devices: ["NPU"], accuracy: .bf16) : before[other]))
        }
    }

    @Test("a component whose own setting is emptied follows the common one")
    func emptied() throws {
        let settings = try EaselSettings(environment: [
            "EASEL_OPENVINO_DEVICES": "GPU", "EASEL_OPENVINO_DEVICES_TEXT_ENCODER": "", "EASEL_OPENVINO_ACCURACY": "f16",
            "EASEL_OPENVINO_ACCURACY_TEXT_ENCODER": "", "EASEL_OPENVINO_ACCURACY_VAE": "",
        ])
        let choice = ComponentChoice(devices: ["GPU"], accuracy: .f16)
        #expect(try settings.choices(found: ["CPU", "GPU"]) == PerStage(repeating: choice))
    }

    @Test("of a list, what is not there is passed over: one file serves several machines")
    func passedOver() throws {
        let settings = try EaselSettings(environment: ["EASEL_OPENVINO_DEVICES": "GPU,CPU"])
        #expect(try settings.choices(found: ["CPU"]).denoise.devices == ["CPU"])
        #expect(try settings.choices(found: ["CPU", "GPU"]).denoise.devices == ["GPU", "CPU"])
    }

    @Test("a device that is not there is an error that lists what is, and where it was named", arguments: [
        (["EASEL_OPENVINO_DEVICES": "GPU"], ["CPU"],
        "There is no device \"GPU\" here (openvino_devices, EASEL_OPENVINO_DEVICES). OpenVINO finds: CPU."),
        (["EASEL_OPENVINO_DEVICES": "GPU,GPU.1"], ["CPU", "NPU"],
        "There is no device \"GPU\" here (openvino_devices, EASEL_OPENVINO_DEVICES). OpenVINO finds: CPU, NPU."),
        (["EASEL_OPENVINO_DEVICES_VAE": "GPU.2"], ["CPU", "GPU.0", "GPU.1"],
        "There is no device \"GPU.2\" here (openvino_devices_vae, EASEL_OPENVINO_DEVICES_VAE). OpenVINO finds: CPU, GPU.0, GPU.1."),
        (["EASEL_OPENVINO_DEVICES": "HETERO:GPU,CPU"], ["CPU"],
        "There is no device \"GPU\" here (openvino_devices, EASEL_OPENVINO_DEVICES). OpenVINO finds: CPU."),
        ([:], ["GPU"], "There is no device \"CPU\" here (openvino_devices_text_encoder, default). OpenVINO finds: GPU."),
        (["EASEL_OPENVINO_DEVICES_TEXT_ENCODER": "NPU"], ["NPU"],
        "There is neither a GPU nor a CPU that OpenVINO can use. OpenVINO finds: NPU. Another device must be named in openvino_devices."),
        (["EASEL_OPENVINO_DEVICES_TEXT_ENCODER": ""], [],
        "There is neither a GPU nor a CPU that OpenVINO can use. OpenVINO finds no device at all; `easel devices` tells more. Another "
            + "device must be named in openvino_devices."),
    ] as [([String: String], [String], String)])
    func notFound(environment: [String: String], found: [String], message: String) throws {
        let settings = try EaselSettings(environment: environment)
        let error = #expect(throws: DeviceChoiceError.self) { try settings.choices(found: found) }
        #expect(error?.description == message)
    }

    @Test("each device of a setting that is changed has to be there", arguments: [
        (["openvino_devices": "GPU,CPU"], ["openvino_devices"], ["CPU"], "There is no device \"GPU\" here. OpenVINO finds: CPU."),
        (["openvino_devices_vae": "CPU,NPU"], ["openvino_devices_vae"], ["CPU", "GPU"],
        "There is no device \"NPU\" here. OpenVINO finds: CPU, GPU."),
        (["openvino_devices": "HETERO:GPU.1,CPU"], ["openvino_devices"], ["CPU"], "There is no device \"GPU.1\" here. OpenVINO finds: CPU."),
        (["openvino_devices": "GPU.0,CPU"], ["openvino_devices"], ["CPU", "GPU"], nil),
        (["openvino_devices": ""], ["openvino_devices"], ["CPU"], nil),
        // What is not changed may have been written for another machine.
        (["openvino_devices": "GPU,CPU"], ["clip_skip", "openvino_devices_vae"], ["CPU"], nil),
    ] as [([String: String], Set<String>, [String], String?)])
    func changed(values: [String: String], keys: Set<String>, found: [String], message: String?) throws {
        let settings = LiveSettings(EaselSettings())
        try settings.change(values)
        do throws(DeviceChoiceError) {
            try settings.current.checkDevices(of: keys, found: found)
            #expect(message == nil)
        } catch {
            #expect(error.description == message && keys.contains(error.key))
        }
    }

    @Test(
        "devices that mix others at their own will are refused with the reason, however they got there",
        arguments: ["AUTO", "AUTO:GPU,CPU", "MULTI:GPU,CPU", "BATCH:GPU", "HETERO"])
    func mixes(_ name: String) {
        var settings = EaselSettings()
        settings.openvinoDevices = [name]
        let error = #expect(throws: DeviceChoiceError.self) { try settings.choices(found: ["CPU", "GPU"]) }
        #expect(error?.description == """
            \(name) cannot be used (openvino_devices, default): one picture is made by one fixed set of devices. \
            Name them in order, such as GPU,CPU.
            """)
    }
}
