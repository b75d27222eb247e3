import Foundation
import TestSupport
import Testing
import WebAPI

@testable import Hosting

@Suite("Hardware that OpenVINO does not list")
struct IntelHardwareTests {
    let folder: TemporaryFolder
    private var hardware: IntelHardware { IntelHardware(root: folder.url) }

    init() throws {
        folder = try TemporaryFolder()
        // A host bridge of Intel's and a card of another maker, as in many machines.
        try add("0000:00:00.0", vendor: "0x8086", code: "0x060000")
        try add("0000:05:00.0", vendor: "0x10de", code: "0x030000", driver: "nouveau")
    }

    private func add(_ address: String, vendor: String, code: String, driver: String? = nil) throws {
        let device = "sys/bus/pci/devices/\(address)"
        try folder.write(vendor + "\n", to: "\(device)/vendor")
        try folder.write(code + "\n", to: "\(device)/class")
        if let driver {
            try FileManager.default.createSymbolicLink(
                atPath: "\(folder.path)/\(device)/driver", withDestinationPath: "../../../bus/pci/drivers/\(driver)")
        }
    }

    @Test("Intel's GPUs and NPUs are found by class, an NPU by its driver too; nothing else is")
    func found() throws {
        #expect(hardware.devices.isEmpty)
        try add("0000:00:02.0", vendor: "0x8086", code: "0x030000", driver: "i915")
        try add("0000:00:0b.0", vendor: "0x8086", code: "0x120000", driver: "intel_vpu")
        try add("0000:00:0c.0", vendor: "0x8086", code: "0x048000", driver: "intel_vpu")
        try add("0000:03:00.0", vendor: "0x8086", code: "0x038000")
        try add("0000:04:00.0", vendor: "nonsense", code: "")
        #expect(hardware.devices == [
            .init(kind: .gpu, address: "0000:00:02.0", driver: "i915"), .init(kind: .npu, address: "0000:00:0b.0", driver: "intel_vpu"),
            .init(kind: .npu, address: "0000:00:0c.0", driver: "intel_vpu"), .init(kind: .gpu, address: "0000:03:00.0", driver: nil),
        ])
        #expect(IntelHardware(root: folder.url.appending(path: "nowhere")).devices.isEmpty)
    }

    @Test(
        "what OpenVINO lists needs no advice",
        arguments: [
            (["CPU", "GPU"], ["NPU"]), (["GPU.0", "GPU.1"], ["NPU"]), (["NPU"], ["GPU"]), (["GPU", "NPU"], []), ([], ["GPU", "NPU"])])
    func listed(_ names: [String], advised: [String]) throws {
        try add("0000:00:02.0", vendor: "0x8086", code: "0x030000", driver: "xe")
        try add("0000:00:0b.0", vendor: "0x8086", code: "0x120000", driver: "intel_vpu")
        #expect(hardware.advice(listed: names).map(\.kind.rawValue) == advised)
    }

    private let gpuPackages = [
        "Install the OpenCL driver, on Debian and Ubuntu: sudo apt install intel-opencl-icd ocl-icd-libopencl1",
        "For a GPU that is newer than the distribution, take Intel's own packages: https://github.com/intel/compute-runtime/releases",
    ]
    private let npuPackages = [
        "Install the Level Zero loader, on Debian and Ubuntu: sudo apt install libze1",
        "Install intel-fw-npu, intel-driver-compiler-npu and intel-level-zero-npu: https://github.com/intel/linux-npu-driver/releases",
    ]

    @Test("a GPU that is ready needs packages")
    func gpuPackagesOnly() throws {
        try add("0000:00:02.0", vendor: "0x8086", code: "0x030000", driver: "i915")
        try folder.write("", to: "dev/dri/renderD128")
        try folder.write("", to: "dev/dri/card0")
        let advice = try #require(hardware.advice(listed: ["CPU"]).first)
        #expect(advice.problem == "This machine has an Intel GPU (PCI 0000:00:02.0) that OpenVINO does not list.")
        #expect(advice.steps == gpuPackages)
        // For pages in other languages.
        #expect(advice.hints.map(\.reason) == [.notListed, .openCLDriver, .newerGPUDriver])
        #expect(advice.hints[0].values == ["device": "GPU", "places": "0000:00:02.0"])
        #expect(advice.hints.map(\.message) == [advice.problem] + advice.steps)
    }

    @Test("a GPU without a device file was not handed to the container")
    func container() throws {
        try add("0000:00:02.0", vendor: "0x8086", code: "0x030000", driver: "i915")
        try folder.write("", to: "dev/dri/card0")
        #expect(hardware.advice(listed: ["CPU"]).first?.steps
            == ["There is no /dev/dri/renderD*. In a container, hand it in: docker run --device /dev/dri …"] + gpuPackages)
    }

    @Test("a device without a kernel driver needs one")
    func kernel() throws {
        try add("0000:00:02.0", vendor: "0x8086", code: "0x030000")
        try add("0000:00:0b.0", vendor: "0x8086", code: "0x120000")
        let steps = hardware.advice(listed: ["CPU"]).map(\.steps)
        #expect(steps == [
            ["No kernel driver has taken it: it needs the module i915 or xe. A newer kernel may have it; `sudo dmesg` tells why it does "
                + "not start."] + gpuPackages,
            ["No kernel driver has taken it: it needs the module intel_vpu, of Linux 6.6 or later. A newer kernel may have it; `sudo "
                + "dmesg` tells why it does not start."] + npuPackages,
        ])
    }

    @Test("a device file of another group needs membership; one that may be used is enough")
    func permission() throws {
        try add("0000:00:0b.0", vendor: "0x8086", code: "0x120000", driver: "intel_vpu")
        let first = try folder.write("", to: "dev/accel/accel0")
        try folder.write("", to: "dev/accel/accel1")
        func steps(_ mayUse: @escaping (String) -> Bool) -> [String]? {
            IntelHardware(root: folder.url, mayUse: mayUse).advice(listed: ["CPU"]).first?.steps
        }
        #expect(
            steps { _ in false } == [
                "You may not use /dev/accel/accel0: sudo usermod -a -G render $USER, then log in again."] + npuPackages)
        #expect(steps { $0 == first } == npuPackages)
    }
}
