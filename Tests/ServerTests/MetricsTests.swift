import Generation
import HTTPTypes
import HummingbirdTesting
@testable import Server
import Testing
import WebAPI

@Suite("Metrics")
struct MetricsTests {
    @Test("families stand in the order of their making, with help and type, series in order of their labels")
    func text() {
        let registry = MetricsRegistry()
        let counter = registry.counter("a_total", "Counts.", labels: ["kind", "place"])
        let gauge = registry.gauge("b_bytes", "Is.")
        let histogram = registry.histogram("c_seconds", "Spreads.", labels: ["device"], bounds: [0.1, 1])
        counter.add(1, "y", "2")
        counter.add(2.5, "x", "1")
        counter.add(1, "y", "2")
        gauge.set(7)
        for value in [0.05, 0.1, 0.5, 3] { histogram.observe(value, "CPU") }
        #expect(registry.text() == """
            # HELP a_total Counts.
            # TYPE a_total counter
            a_total{kind="x",place="1"} 2.5
            a_total{kind="y",place="2"} 2
            # HELP b_bytes Is.
            # TYPE b_bytes gauge
            b_bytes 7
            # HELP c_seconds Spreads.
            # TYPE c_seconds histogram
            c_seconds_bucket{device="CPU",le="0.1"} 2
            c_seconds_bucket{device="CPU",le="1"} 3
            c_seconds_bucket{device="CPU",le="+Inf"} 4
            c_seconds_sum{device="CPU"} 3.65
            c_seconds_count{device="CPU"} 4

            """)
    }

    @Test("labels are escaped")
    func escaping() {
        let registry = MetricsRegistry()
        registry.gauge("a", "Is.", labels: ["text"]).set(1, "a \"quote\"\\ and\na line")
        #expect(registry.text().hasSuffix(#"a{text="a \"quote\"\\ and\na line"} 1"# + "\n"))
    }

    @Test(
        "what is not finite has Prometheus' words",
        arguments: [(Double.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"), (1e300, "1e+300"), (3, "3")])
    func numbers(value: Double, text: String) { #expect(MetricTitle.text(value) == text) }

    @Test("a counter without labels begins at 0, a gauge says nothing before it is set")
    func empty() {
        let registry = MetricsRegistry()
        _ = registry.counter("a_total", "Counts.")
        _ = registry.gauge("b", "Is.")
        #expect(registry.text().contains("a_total 0\n"))
        #expect(!registry.text().contains("\nb "))
    }

    @Test("tell what was asked by route, what was drawn, compiled and measured")
    func scrape() async throws {
        let walk = try Walk()
        try await walk.run { client async throws in
            walk.server.backend.metrics.record(CompileRecord(
                stage: .denoise, device: "CPU", precision: "f32", shape: "any shape", reason: .firstUse, seconds: 1.5,
                isFromDiskCache: true))
            _ = try await client.ask(.post, "/sdapi/v1/txt2img", A1111Tests.small)
            _ = try await client.ask(.get, "/api/v1/jobs/00000000000000000000000000000000")
            _ = try await client.ask(.get, "/no/such/place")
            let answer = try await client.ask(.get, "/metrics")
            #expect(answer.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
            let lines = answer.text.split(separator: "\n").map(String.init)
            for line in [
                #"easel_info{version="1.2.3"} 1"#, "easel_ready 1", "easel_queue_waiting_jobs 0",
                #"easel_jobs_ended_total{state="done"} 1"#,
                "easel_pictures_kept 2", "easel_pictures_drawn_total 2",
                #"easel_http_requests_total{method="POST",route="/sdapi/v1/txt2img",status="200"} 1"#,
                #"easel_http_requests_total{method="GET",route="/api/v1/jobs/{id}",status="404"} 1"#,
                #"easel_http_requests_total{method="GET",route="NotFound",status="404"} 1"#,
                #"easel_compiles_total{component="unet",device="CPU",precision="f32",reason="first use"} 1"#,
                #"easel_disk_cache_hits_total{component="unet",device="CPU"} 1"#,
                #"easel_compiled_network_hits{component="unet",device="CPU",precision="f32"} 3"#,
                #"easel_fidelity_relative_error{component="unet",device="GPU.0",precision="f16"} 0.0029"#,
                "easel_queue_wait_seconds_count 1", #"easel_step_seconds_count{device="CPU"} 2"#,
                #"easel_job_seconds_count{state="done"} 1"#,
            ] { #expect(lines.contains(line), "\(line)") }
            let memory = lines.first { $0.hasPrefix("easel_resident_memory_bytes ") }?.split(separator: " ").last.flatMap { Double($0) }
            #expect(memory ?? 0 > 1_000_000)
        }
    }

    @Test("tell of workers on other machines, and of the slots that would be enough; without a queue for them nothing")
    func fleet() async throws {
        let walk = try Walk()
        try await walk.run { client async throws in
            #expect(try await !client.ask(.get, "/metrics").text.contains("easel_wanted_slots"))
            walk.engine.change {
                $0.fleet = FleetSummary(busyWorkers: 2, idleWorkers: 1, busySlots: 3, freeSlots: 5, releasedTickets: 4)
            }
            _ = try await client.ask(.put, "/api/v1/queue", #"{"is_paused": true}"#)
            for priority in [0, 0, 5] {
                let job = "{\"prompt\": \"a\", \"priority\": \(priority)}"
                #expect(try await client.ask(.post, "/api/v1/jobs", job).status == .accepted)
            }
            let lines = try await client.ask(.get, "/metrics").text.split(separator: "\n").map(String.init)
            for line in [
                #"easel_workers{state="busy"} 2"#, #"easel_workers{state="idle"} 1"#, #"easel_workers{state="leaving"} 0"#,
                #"easel_slots{state="busy"} 3"#, #"easel_slots{state="free"} 5"#, "easel_tickets_released 4",
                #"easel_queue_waiting{class="urgent"} 1"#, #"easel_queue_waiting{class="normal"} 2"#,
                // Nothing was drawn yet: each job counts as a minute.
                "easel_wanted_slots 7",
            ] { #expect(lines.contains(line), "\(line)") }
        }
    }
}
