import Generation
import Jobs
import Settings

extension EaselSettings {
    /// Name of the worker that draws with all devices.
    static let soleWorker: Worker.ID = "painter"

    /// The workers that draw side by side, each with the settings that it opens models with; at least one.
    ///
    /// With `workers_per_device` there are as many for each of the UNet's devices. A worker has its own device first in each list, and
    /// falls back to the others.
    /// - Parameter found: names of the machine's devices, as OpenVINO lists them.
    /// - Throws: `DeviceChoiceError` as `choices(found:)`.
    func ofWorkers(found: [String]) throws(DeviceChoiceError) -> [(worker: Worker.ID, settings: EaselSettings)] {
        guard workersPerDevice > 0 else { return [(Self.soleWorker, self)] }
        let choices = try choices(found: found)
        return choices.denoise.devices.flatMap { device in
            var own = self
            // One that is named twice counts once, in its first place.
            if choices.denoise.devices.count > 1, !openvinoDevices.isEmpty { own.openvinoDevices.insert(device, at: 0) }
            for stage in Stage.allCases
            where !openvinoDevicesPerComponent[stage].isEmpty && choices[stage].devices.contains(device) {
                own.openvinoDevicesPerComponent[stage].insert(device, at: 0)
            }
            return (1...workersPerDevice).map { ($0 == 1 ? device : "\(device) #\($0)", own) }
        }
    }
}
