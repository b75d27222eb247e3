import FoundationEssentials
import Generation

/// Lists of device names as people write them.
enum DeviceList {
    static let allowed = """
        names of devices in order, such as GPU, GPU.1, NPU, CPU or HETERO:GPU,CPU; `easel devices` lists what is there. \
        AUTO, MULTI and BATCH change devices as they run, but one picture is made by one fixed set of devices
        """

    /// Reads `GPU,CPU` and `["GPU", "CPU"]`, in any case. In the first form all that follows `HETERO:` belongs to it.
    /// - Returns: nil when a name is none, or stands for several devices at once.
    static func names(in text: String) -> [String]? {
        let text = text.trimmed.uppercased()
        let names: [String]
        if text.hasPrefix("[") {
            guard let list = try? JSONDecoder().decode([String].self, from: Data(text.utf8)) else { return nil }
            names = list.map(\.trimmed)
        } else {
            let hetero = text.firstRange(of: "HETERO:")?.lowerBound ?? text.endIndex
            let rest = text[hetero...].filter { !$0.isWhitespace }
            names = text[..<hetero].split { $0 == "," || $0.isWhitespace }.map(String.init) + (rest.isEmpty ? [] : [rest])
        }
        return names.allSatisfy { isName($0) && !mixesDevices($0) } ? names : nil
    }

    /// Why `names(in:)` refuses a text.
    static func reason(refusing text: String) -> ErrorReason {
        let mixed = text.uppercased().split { ",[]\" ".contains($0) }.first { mixesDevices(String($0)) }
        return mixed.map { ErrorReason(.mixedDevices, ["name": .init($0)]) } ?? ErrorReason(.deviceList, ["value": .init(text)])
    }

    /// As `names(in:)` reads it.
    static func text(of names: [String]) -> String {
        guard names.dropLast().contains(where: { $0.contains(",") }) else { return names.joined(separator: ",") }
        return "[" + names.map { "\"\($0)\"" }.joined(separator: ", ") + "]"
    }

    /// Whether OpenVINO would choose among devices, or use several, at its own will.
    static func mixesDevices(_ name: String) -> Bool {
        let plugin = name.prefix { $0 != ":" }
        return ["AUTO", "MULTI", "BATCH"].contains { plugin == $0 } || name == "HETERO" || name == "HETERO:"
    }

    private static func isName(_ name: String) -> Bool {
        // Commas within a name part the devices of HETERO.
        let others: [Character] = name.hasPrefix("HETERO:") ? [".", "_", ":", ","] : [".", "_"]
        return !name.isEmpty && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || others.contains($0)) }
    }
}
