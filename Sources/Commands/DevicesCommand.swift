import ArgumentParser
import Hosting
import OpenVINO

struct DevicesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "devices",
        abstract: "List the devices that OpenVINO finds here, and what each precision mode leads to on them.",
        discussion: """
            The name in the first column is what --device takes. CPU with f32 is the reference for all.

            The second table is found by compiling a small graph with each mode and asking the device what it made of it:
              default      nothing is asked for
              performance  the device's own choice: f16 on GPUs, bf16 on recent
                           CPUs; not always the fastest
              accuracy     f32, nothing quantized; the same as f32
              f32 to f16   this precision, nothing quantized
            --precision auto measures them on your checkpoint and keeps the fastest whose error is within the setting auto_error_bound.

            If this machine has an Intel GPU or NPU that OpenVINO does not list, this tells you what to install.

            Exit codes: 0 done, 69 OpenVINO does not start.
            """)

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        do {
            let core = try Core()
            let probe = ModeProbe(core: core)
            let devices = try core.devices()
            let report = DevicesReport(
                entries: devices.map { .init(device: $0, outcomes: probe.outcomes(on: $0.name)) },
                advice: IntelHardware().advice(listed: devices.map(\.name)), version: try Core.version())
            Terminal.write(json ? report.json + "\n" : report.text, to: .standardOutput)
        } catch {
            CommandFailure(error).end()
        }
    }
}
