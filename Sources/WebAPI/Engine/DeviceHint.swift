extension DeviceSummaries {
    /// A sentence on hardware that OpenVINO does not list, as data.
    public struct Hint: Sendable, Equatable, Codable {
        /// The content of the sentence. Raw values stand in the answer.
        public enum Reason: String, Sendable, Codable, CaseIterable {
            /// The machine has the `device`, `GPU` or `NPU`, at these `places` on its bus, and OpenVINO does not list it.
            case notListed = "not_listed"
            /// No kernel driver has taken the GPU.
            case noGPUModule = "no_gpu_module"
            /// No kernel driver has taken the NPU.
            case noNPUModule = "no_npu_module"
            /// There is no device `file`; a container is handed its `folder`.
            case noDeviceFile = "no_device_file"
            /// This user may not use the device `file`.
            case noPermission = "no_permission"
            /// The OpenCL driver has to be installed.
            case openCLDriver = "opencl_driver"
            /// A new GPU may need newer packages.
            case newerGPUDriver = "newer_gpu_driver"
            /// The Level Zero loader has to be installed.
            case levelZero = "level_zero"
            /// The NPU's own packages have to be installed.
            case npuDriver = "npu_driver"
        }

        /// The content of the sentence.
        public var reason: Reason
        /// The sentence in English.
        public var message: String
        /// The values of the sentence by their names.
        public var values: [String: String]

        /// Makes a hint.
        public init(_ reason: Reason, _ message: String, _ values: [String: String] = [:]) {
            self.reason = reason
            self.message = message
            self.values = values
        }
    }
}
