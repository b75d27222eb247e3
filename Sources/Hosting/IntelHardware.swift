public import FoundationEssentials
import Glibc
public import WebAPI

/// Intel GPUs and NPUs as Linux lists them, whether or not OpenVINO can use them.
///
/// When OpenVINO does not list a device that the machine has, the reason is nearly always one of these: no kernel driver, no
/// device file (in a container), no permission, or no user-space driver. The first three can be seen from here.
public struct IntelHardware {
    /// A kind of device.
    public enum Kind: String, Sendable, Encodable {
        case gpu = "GPU"
        case npu = "NPU"
    }

    /// A device on the PCI bus.
    public struct Device: Sendable, Equatable {
        /// A GPU or an NPU.
        public let kind: Kind
        /// The place on the bus: `0000:00:02.0`.
        public let address: String
        /// The kernel's driver; nil when none has taken the device.
        public let driver: String?
    }

    /// Devices of this machine, in order of their addresses.
    public let devices: [Device]
    private let root: URL
    private let mayUse: (String) -> Bool

    /// Looks through the PCI bus.
    /// - Parameters:
    ///   - root: of the file system.
    ///   - mayUse: whether this user may read and write the file at a path; nil asks the system.
    public init(root: URL = URL(filePath: "/"), mayUse: ((String) -> Bool)? = nil) {
        self.root = root
        self.mayUse = mayUse ?? { access($0, R_OK | W_OK) == 0 }
        let bus = root.appending(path: "sys/bus/pci/devices")
        let addresses = (try? FileManager.default.contentsOfDirectory(atPath: bus.path)) ?? []
        devices = addresses.sorted().compactMap { Device(address: $0, folder: bus.appending(path: $0)) }
    }

    /// Tells how to get each kind of device that the machine has and OpenVINO does not list.
    /// - Parameter listed: OpenVINO's names.
    public func advice(listed: [String]) -> [Advice] {
        [Kind.gpu, .npu].compactMap { kind in
            let devices = devices.filter { $0.kind == kind }
            let isListed = listed.contains { $0 == kind.rawValue || $0.hasPrefix(kind.rawValue + ".") }
            return devices.isEmpty || isListed ? nil : Advice(kind: kind, devices: devices, nodes: nodes(of: kind))
        }
    }

    /// The device files of a kind, and whether this user may use them.
    private func nodes(of kind: Kind) -> [(path: String, isUsable: Bool)] {
        let folder = root.appending(path: kind.nodeFolder)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasPrefix(kind.nodePrefix) }.sorted().map { name in
            ("/\(kind.nodeFolder)/\(name)", mayUse(folder.appending(path: name).path))
        }
    }

    /// The reason why OpenVINO does not list a device, and the way out.
    public struct Advice: Sendable, Encodable {
        /// A GPU or an NPU.
        public let kind: Kind
        /// Places on the PCI bus.
        public let addresses: [String]
        /// One sentence.
        public let problem: String
        /// Things to do, in order; each is one line.
        public let steps: [String]

        /// The same as data: the problem, then the steps.
        public let hints: [DeviceSummaries.Hint]

        private enum CodingKeys: String, CodingKey { case kind, addresses, problem, steps }

        fileprivate init(kind: Kind, devices: [Device], nodes: [(path: String, isUsable: Bool)]) {
            self.kind = kind
            addresses = devices.map(\.address)
            let places = addresses.joined(separator: ", ")
            problem = "This machine has an Intel \(kind.rawValue) (PCI \(places)) that OpenVINO does not list."
            var hints = [DeviceSummaries.Hint(.notListed, problem, ["device": kind.rawValue, "places": places])]
            if devices.allSatisfy({ $0.driver == nil }) {
                hints.append(.init(
                    kind == .gpu ? .noGPUModule : .noNPUModule,
                    "No kernel driver has taken it: it needs \(kind.kernelDrivers). A newer kernel may have it; `sudo dmesg` tells why it "
                        + "does not start."))
            } else if nodes.isEmpty {
                hints.append(.init(
                    .noDeviceFile,
                    "There is no /\(kind.nodeFolder)/\(kind.nodePrefix)*. In a container, hand it in: docker run --device "
                        + "/\(kind.nodeFolder) …", ["folder": "/" + kind.nodeFolder, "file": "/\(kind.nodeFolder)/\(kind.nodePrefix)*"]))
            } else if let locked = nodes.first(where: { !$0.isUsable }), !nodes.contains(where: \.isUsable) {
                hints.append(.init(
                    .noPermission, "You may not use \(locked.path): sudo usermod -a -G render $USER, then log in again.",
                    ["file": locked.path]))
            }
            self.hints = hints + kind.packages
            steps = self.hints.dropFirst().map(\.message)
        }
    }
}

extension IntelHardware.Device {
    /// nil when it is no GPU or NPU of Intel's.
    fileprivate init?(address: String, folder: URL) {
        func number(_ file: String) -> Int? {
            let text = try? String(contentsOf: folder.appending(path: file), encoding: .utf8)
            return text.flatMap { Int($0.drop { $0.isWhitespace }.dropFirst(2).prefix { $0.isHexDigit }, radix: 16) }
        }
        guard number("vendor") == 0x8086, let code = number("class") else { return nil }
        let link = try? FileManager.default.destinationOfSymbolicLink(atPath: folder.appending(path: "driver").path)
        let driver = link.map { URL(filePath: $0).lastPathComponent }
        // PCI's base classes: 03 display controllers, 12 processing accelerators.
        switch (code >> 16, driver) {
        case (0x03, _): self.init(kind: .gpu, address: address, driver: driver)
        case (0x12, _), (_, "intel_vpu"): self.init(kind: .npu, address: address, driver: driver)
        default: return nil
        }
    }
}

extension IntelHardware.Kind {
    fileprivate var nodeFolder: String {
        switch self {
        case .gpu: "dev/dri"
        case .npu: "dev/accel"
        }
    }

    fileprivate var nodePrefix: String {
        switch self {
        case .gpu: "renderD"
        case .npu: "accel"
        }
    }

    fileprivate var kernelDrivers: String {
        switch self {
        case .gpu: "the module i915 or xe"
        case .npu: "the module intel_vpu, of Linux 6.6 or later"
        }
    }

    /// Names as Debian, Ubuntu and Intel's releases have them. Sources: OpenVINO's pages "Configurations for Intel GPU" and
    /// "Configurations for Intel NPU", and the releases of intel/linux-npu-driver.
    fileprivate var packages: [DeviceSummaries.Hint] {
        switch self {
        case .gpu: [
            .init(
                .openCLDriver, "Install the OpenCL driver, on Debian and Ubuntu: sudo apt install intel-opencl-icd ocl-icd-libopencl1"),
            .init(
                .newerGPUDriver,
                "For a GPU that is newer than the distribution, take Intel's own packages: "
                    + "https://github.com/intel/compute-runtime/releases"),
        ]
        case .npu: [
            .init(.levelZero, "Install the Level Zero loader, on Debian and Ubuntu: sudo apt install libze1"),
            .init(
                .npuDriver,
                "Install intel-fw-npu, intel-driver-compiler-npu and intel-level-zero-npu: "
                    + "https://github.com/intel/linux-npu-driver/releases"),
        ]
        }
    }
}
