internal import Generation
internal import Jobs
internal import Store
internal import WebAPI

extension Backend {
    /// All metrics as text. What can be looked up is looked up now; the rest was counted when it happened.
    func scrape() async -> String {
        let now = MetricsRegistry()
        now.gauge("easel_info", "The program.", labels: ["version"]).set(1, options.version)
        let readiness = await engine.readiness
        now.gauge("easel_ready", "Whether a model is ready.").set(readiness.isReady ? 1 : 0)
        now.gauge("easel_resident_memory_bytes", "Memory of the process.").set(Double(ProcessMemory.resident))
        now.gauge("easel_event_streams", "Event streams that are open.").set(Double(streams.count))

        let progress = await jobs.progress
        now.gauge("easel_queue_waiting_jobs", "Jobs that wait.").set(Double(progress.waitingCount))
        now.gauge("easel_queue_running_jobs", "Jobs that are being drawn.").set(Double(progress.running.count))
        let ended = now.counter("easel_jobs_ended_total", "Jobs that ended since the start.", labels: ["state"])
        for (state, count) in progress.endedCounts { ended.add(Double(count), state.rawValue) }

        if let fleet = await engine.fleet() { tell(fleet, await jobs.demand, to: now) }

        if let usage = try? await archive.usage() {
            now.gauge("easel_pictures_kept", "Pictures in the gallery.").set(Double(usage.pictureCount))
            now.gauge("easel_pictures_kept_bytes", "Size of their files.").set(Double(usage.pictureBytes))
        }

        let compilations = await engine.compilations()
        now.gauge("easel_disk_cache_bytes", "Size of compiled networks on disk.").set(Double(compilations.diskCacheBytes))
        let networks = now.gauge("easel_compiled_networks", "Compiled networks in memory.", labels: ["component", "device", "precision"])
        let hits = now.gauge(
            "easel_compiled_network_hits", "How often the compiled networks in memory were found ready.",
            labels: ["component", "device", "precision"])
        let byPlace = Dictionary(grouping: compilations.ready) { [$0.record.stage.rawValue, $0.record.device, $0.record.precision] }
        networks.set(byPlace.mapValues { Double($0.count) })
        hits.set(byPlace.mapValues { Double($0.reduce(0) { $0 + $1.hits }) })

        let fidelity = await engine.fidelity()
        let places = ["component", "device", "precision"]
        let error = now.gauge("easel_fidelity_relative_error", "Latest error against CPU f32, relative L2.", labels: places)
        let bound = now.gauge("easel_fidelity_bound", "Largest error that is accepted.", labels: places)
        for row in fidelity.components {
            if let relativeError = row.relativeError { error.set(relativeError, row.component.rawValue, row.device, row.precision) }
            bound.set(row.bound, row.component.rawValue, row.device, row.precision)
        }
        if let isWithinBounds = fidelity.isWithinBounds {
            now.gauge("easel_fidelity_within_bounds", "Whether all components are within their bounds.").set(isWithinBounds ? 1 : 0)
        }
        return now.text() + metrics.registry.text()
    }

    private func tell(_ fleet: FleetSummary, _ demand: QueueDemand, to now: MetricsRegistry) {
        now.gauge("easel_workers", "Workers on other machines that live.", labels: ["state"]).set([
            ["busy"]: Double(fleet.busyWorkers), ["idle"]: Double(fleet.idleWorkers), ["leaving"]: Double(fleet.leavingWorkers),
        ])
        now.gauge("easel_slots", "Tickets that workers draw, and that they could draw besides.", labels: ["state"])
            .set([["busy"]: Double(fleet.busySlots), ["free"]: Double(fleet.freeSlots)])
        now.gauge("easel_tickets_released", "Tickets of this server that workers draw, or will draw next.")
            .set(Double(fleet.releasedTickets))
        now.gauge("easel_queue_waiting", "Jobs that wait, by whether their priority is above 0.", labels: ["class"])
            .set([["urgent"]: Double(demand.urgentCount), ["normal"]: Double(demand.normalCount)])
        now.gauge("easel_wanted_slots", "Slots with which a job of this server would begin within a minute.")
            .set((Double(fleet.releasedTickets) + demand.seconds / Self.targetWaitSeconds).rounded(.up))
    }

    /// Time that a job may wait, when slots are wanted.
    private static let targetWaitSeconds = 60.0
}

extension Readiness {
    fileprivate var isReady: Bool { if case .ready = self { true } else { false } }
}
