import Compilation
public import Generation
import GraphIR
public import OpenVINO
import Tensors

/// The answer of a device that is asked for an accuracy mode.
public enum ModeOutcome: Sendable, Equatable {
    /// It computes in this precision.
    /// - Parameter quantizationGroupSize: activations are quantized in groups of this many where weights are; 0: never; nil: it does not
    ///   say.
    case computes(in: String, quantizationGroupSize: Int?)
    /// It does not compile so, for this reason.
    case refused(String)
}

/// Finds out how devices answer accuracy modes, by compiling a graph of a few operators and reading the properties back.
public struct ModeProbe {
    /// The modes that a device can be asked for; `auto` is a choice among them.
    public static let modes = AccuracyMode.allCases.filter { $0 != .auto }

    private let core: Core
    private let graph: Graph

    /// - Parameter core: the runtime to ask.
    public init(core: Core) {
        self.core = core
        let g = GraphBuilder()
        // Fixed shapes, for NPUs take no others.
        let x = g.parameter("x", .f32, [1, 16])
        let weight = g.parameter("weight", .f32, [16, 16])
        g.result("y", g.swish(g.matMulTransposed(x, weight)))
        graph = g.finish(name: "precision")
    }

    /// Asks a device for each of `modes`. Takes milliseconds on a CPU, seconds on other devices.
    /// - Parameter device: OpenVINO's name.
    public func outcomes(on device: String) -> [AccuracyMode: ModeOutcome] {
        // Modes that ask for the same are compiled once.
        var known: [Arithmetic: ModeOutcome] = [:]
        var outcomes: [AccuracyMode: ModeOutcome] = [:]
        for mode in Self.modes {
            guard let arithmetic = Arithmetic(mode) else { continue }
            let outcome = known[arithmetic] ?? outcome(of: arithmetic, on: device)
            known[arithmetic] = outcome
            outcomes[mode] = outcome
        }
        return outcomes
    }

    private func outcome(of arithmetic: Arithmetic, on device: String) -> ModeOutcome {
        do throws(OpenVINOError) {
            let model = try core.readModel(xml: graph.xml)
            let compiled = try core.compile(model, device: device, properties: arithmetic.properties)
            return .computes(
                in: try compiled.value(of: .inferencePrecision).rawValue,
                // Devices that quantize nothing do not know the property.
                quantizationGroupSize: try? compiled.value(of: .dynamicQuantizationGroupSize))
        } catch .call(_, _, let detail?) {
            return .refused(detail)
        } catch {
            return .refused(error.description)
        }
    }
}
