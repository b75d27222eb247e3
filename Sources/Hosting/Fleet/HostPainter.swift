import FoundationEssentials
public import Fleet
public import Generation
import Jobs
import Settings
import WebAPI

/// Draws the tickets of a fleet with the models and devices of this machine.
public actor HostPainter: TicketPainter {
    private let host: ModelHost
    private let store: ModelStore
    private let worker: WorkerID
    private let machine: String
    /// Workers of the host that draw nothing.
    private var free: [Worker.ID]
    private let slots: Int
    /// Groups that were drawn last, the latest first: the host keeps what it has compiled for them.
    private var warm: [Presence.Group] = []
    /// Groups that count as compiled at most.
    private static let mostWarm = 8

    /// - Parameters:
    ///   - host: opens models and draws.
    ///   - store: finds models by what is in them.
    ///   - workers: of the host; each draws one ticket at a time.
    ///   - machine: name of this machine, for people.
    public init(_ host: ModelHost, store: ModelStore, worker: WorkerID, workers: [String], machine: String) {
        (self.host, self.store, self.worker, self.machine) = (host, store, worker, machine)
        free = workers
        slots = workers.count
    }

    public func prepare(_ ticket: Ticket) async throws {
        let own = await host.settingsOfPictures
        for (key, value) in ticket.settings.sorted(by: { $0.key < $1.key }) {
            guard let here = own[key] else {
                throw ModelUnfit("The ticket names a setting \"\(key)\" that this version of Easel does not know.")
            }
            guard here == value else { throw OtherSetting(key: key, here: here, atFront: value) }
        }
        _ = try await store.path(of: ticket.model)
    }

    public func draw(
        _ ticket: Ticket, onEvent: @escaping @Sendable (GenerationEvent) -> Void
    ) async throws -> [GenerationResult] {
        let path = try await store.path(of: ticket.model)
        let place = free.popLast()
        defer { if let place { free.append(place) } }
        let results = try await host.draw(
            ticket.requests, ofModelAt: path, named: ticket.model.name ?? ticket.model.sha256.description, by: place,
            previews: ticket.previews, onEvent: onEvent)
        note(ticket, results)
        return results
    }

    /// A setting of this machine would give other pictures than the front's. Another worker may have the front's.
    struct OtherSetting: Error, CustomStringConvertible {
        let key: String, here: String, atFront: String

        var description: String {
            "The setting \(key) is \(here) here and \(atFront) at the front: the pictures would be others. Set it as the front has it."
        }
    }

    private func note(_ ticket: Ticket, _ results: [GenerationResult]) {
        guard let request = ticket.requests.first else { return }
        let shape = ModelHost.fleetGroup(of: JobRequest(model: "", generation: request)).shape
        let token = GroupToken(model: ticket.model.sha256, settings: ticket.settings, shape: shape)
        let steps = results.first?.timings.steps.sorted() ?? []
        warm.removeAll { $0.token == token }
        warm.insert(Presence.Group(token, isWarm: true, secondsPerStep: steps.isEmpty ? nil : steps[steps.count / 2]), at: 0)
        warm = Array(warm.prefix(Self.mostWarm))
    }

    /// Checks devices now and then, on workers that draw nothing, until the task is cancelled.
    public func lookAfterDevices() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(30))
            for worker in free where !Task.isCancelled { await host.rest(worker) }
        }
    }

    public func presence() async -> Presence {
        let devices = await host.devices()
        let models = Set(await host.knownModels().keys).union(await store.models())
        return Presence(
            of: worker, machine: machine, slots: slots,
            devices: devices.devices.map { device in
                .init(
                    name: device.name, label: device.fullName,
                    precisions: Array(Set(device.modes.values.filter { !$0.hasPrefix("refused") })).sorted())
            },
            runtimeVersion: devices.openvino, programVersion: Version.current, models: Array(models.sorted().prefix(500)), groups: warm)
    }
}
