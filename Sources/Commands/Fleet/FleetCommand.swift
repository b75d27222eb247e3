import ArgumentParser
import Fleet
import FoundationEssentials
import JetStream

struct FleetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fleet",
        abstract: "Look after fronts (easel serve --queue) and workers (easel work --queue).",
        subcommands: [Status.self, FleetConfigCommand.self])

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Tell who is there, what is being drawn and what was lost.",
            discussion: """
                easel fleet status --queue nats://127.0.0.1:4222
                easel fleet status --queue nats://127.0.0.1:4222 --json | jq '.workers | length'
                """)

        @OptionGroup(title: "Queue")
        var queue: QueueOptions

        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            do {
                let jetStream = try await queue.connect(as: "easel fleet status")
                let status: FleetStatus
                do throws(JetStreamError) {
                    status = try await FleetStatus(of: jetStream)
                } catch where error.isMissing {
                    throw CommandFailure(.deviceUnavailable, "No front has used this server yet. Start one: easel serve --queue …")
                } catch {
                    throw CommandFailure(.deviceUnavailable, "\(error)")
                }
                Terminal.write((json ? jsonLine(status) : text(status)) + "\n", to: .standardOutput)
            } catch {
                CommandFailure(error).end()
            }
        }

        private func text(_ status: FleetStatus) -> String {
            var table = Table(header: ["WORKER", "MACHINE", "BUSY", "DEVICES", "MODELS", "COMPILED", "EASEL"])
            for worker in status.workers {
                table.append([
                    worker.worker.description, worker.machine, "\(worker.busy) of \(worker.slots)" + (worker.isDraining ? ", leaving" : ""),
                    worker.devices.map(\.name).joined(separator: ", "), "\(worker.models.count)",
                    "\(worker.groups.count(where: \.isWarm))", worker.programVersion,
                ])
            }
            let fronts = status.fronts.map { "\($0.front) (\($0.waiting) jobs wait)" }
            return [
                status.workers.isEmpty ? "No worker is there. Start one: easel work --queue …" : String(table.text.dropLast()),
                fronts.isEmpty ? "No front is there." : "Fronts: \(fronts.joined(separator: ", ")).",
                "Tickets that wait or are drawn: \(status.tickets). Results that are kept: \(status.results) "
                    + "(\(status.resultBytes.inBytes)). Tickets lost in seven days: \(status.lostTickets).",
            ].joined(separator: "\n")
        }
    }
}
