import ArgumentParser
import OpenVINO

struct DevicesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "devices",
        abstract: "List the devices that OpenVINO finds here.",
        discussion: """
            The name in the first column is what --device takes. Precisions are those that the device computes in by itself;
            others may be accepted and converted. CPU with f32 is the reference for all.
            """)

    func run() throws {
        do {
            let core = try Core()
            var table = Table(header: ["DEVICE", "NAME", "PRECISIONS"])
            for device in try core.devices() {
                table.append([device.name, device.fullName, device.precisions.joined(separator: " ")])
            }
            Terminal.write(table.text + "OpenVINO \(try Core.version())\n", to: .standardOutput)
        } catch {
            CommandFailure(error).end()
        }
    }
}

extension Device {
    /// Among the capabilities, those that name number formats: `FP32`, `BF16`, `INT8`.
    fileprivate var precisions: [String] {
        capabilities.filter { capability in ["FP", "BF", "INT"].contains { capability.hasPrefix($0) } }
    }
}
