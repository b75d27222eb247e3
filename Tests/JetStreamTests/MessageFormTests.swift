import Bus
import Files
@testable import JetStream
import Testing

@Suite("what JetStream is told, and what it tells")
struct MessageFormTests {
    private func json(_ value: some Encodable) throws -> JSONValue { try JSONValue(parsing: JetStream.json(value)) }

    @Test("a stream's settings")
    func stream() throws {
        var settings = StreamSettings(name: "A", subjects: ["a.>"])
        settings.retention = .workQueue
        settings.maxAge = .seconds(86_400)
        settings.mostMessages = 5
        settings.discard = .new
        settings.republishing = .init(source: "a.>", destination: "b.>", headersOnly: true)
        settings.expiryMarkerLifetime = .milliseconds(1500)
        #expect(
            try json(settings) == JSONValue(
                parsing: Array(
                    #"""
                    {"name":"A","subjects":["a.>"],"retention":"workqueue","storage":"file","num_replicas":1,"discard":"new","max_msgs":5,
                    "max_age":86400000000000,"allow_direct":true,"allow_msg_ttl":false,"allow_atomic":false,"allow_rollup_hdrs":false,
                    "subject_delete_marker_ttl":1500000000,"republish":{"src":"a.>","dest":"b.>","headers_only":true}}
                    """#.utf8)))
    }

    @Test("a consumer's settings")
    func consumer() throws {
        var settings = ConsumerSettings(name: "c", subject: "a.b")
        settings.acknowledging = .all
        settings.lease = .seconds(15)
        settings.mostDeliveries = 5
        #expect(
            try json(settings) == JSONValue(
                parsing: Array(
                    #"""
                    {"name":"c","durable_name":"c","filter_subject":"a.b","ack_policy":"all","deliver_policy":"all","ack_wait":15000000000,
                    "max_deliver":5}
                    """#.utf8)))
        settings.isDurable = false
        #expect(try json(settings)["durable_name"] == nil)
    }

    @Test("no_wait and expires never come together")
    func pulls() throws {
        #expect(try json(PullRequest()) == .object(["batch": .integer(1), "no_wait": .bool(true)]))
        #expect(
            try json(PullRequest(batch: 3, waiting: .upTo(.seconds(2)), mostBytes: 9))
                == .object(["batch": .integer(3), "expires": .integer(2_000_000_000), "max_bytes": .integer(9)]))
        #expect(PullRequest(batch: 0).batch == 1 && PullRequest(batch: 9999).batch == 1000)
    }

    @Test("headers of a message that is stored")
    func headers() {
        #expect(PublishOptions().headers == [:])
        #expect(
            PublishOptions(id: "i", lifetime: .milliseconds(2001), expectsNone: true).headers
                == ["Nats-Msg-Id": "i", "Nats-TTL": "3", "Nats-Expected-Last-Subject-Sequence": "0"])
        #expect(PublishOptions(lifetime: .zero).headers == ["Nats-TTL": "1"])
        #expect(PublishOptions(lifetime: .seconds(-5)).headers == ["Nats-TTL": "1"])
    }

    @Test(
        "both forms of the subject for acknowledgements are read",
        arguments: ["$JS.ACK.S.c.2.17.5.1700000000000000000.9", "$JS.ACK.hub.ACCHASH.S.c.2.17.5.1700000000000000000.9.random"])
    func delivery(subject: String) throws {
        let delivery = try Delivery(BusMessage("a", replySubject: subject))
        #expect(delivery.stream == "S" && delivery.consumer == "c")
        #expect(delivery.delivery == 2 && delivery.sequence == 17 && delivery.pending == 9)
    }

    @Test(
        "a message that nobody can acknowledge is an error",
        arguments: [nil, "", "$JS.ACK", "a.b.c.d.e.f.g.h.i", "$JS.ACK.S.c.x.17.5.1.9", "$JS.ACK.S.c.1.-1.5.1.9", "$JS.ACK.S.c.1.2.3.4.5.6"])
    func noDelivery(subject: String?) { #expect(throws: JetStreamError.self) { try Delivery(BusMessage("a", replySubject: subject)) } }

    @Test("versions are compared by number")
    func versions() throws {
        #expect(try #require(ServerVersion("2.9.10")) < .oldestTried)
        #expect(try #require(ServerVersion("2.12.6-beta.1")) == .oldestTried)
        #expect(try #require(ServerVersion("2.15.1")) > .oldestTried)
        for text in ["", "2.12", "2.x.1", "2.12.6.1", "-1.2.3"] { #expect(ServerVersion(text) == nil) }
    }

    @Test(
        "a server that cannot do what is needed is refused in one sentence",
        arguments: [
            (#"{"api":{"total":5,"errors":0}}"#, "The NATS server is too old: its JetStream API has level 0, and level 2 is needed. "
                + "Install nats-server 2.12.6 or later."),
            (#"{"api":{"level":1}}"#, "The NATS server is too old: its JetStream API has level 1, and level 2 is needed. "
                + "Install nats-server 2.12.6 or later."),
            (#"{"error":{"code":503,"err_code":10076,"description":"JetStream not enabled"}}"#, "The NATS server has no JetStream, or not "
                + "for this user. Start it with --jetstream, and see the user's account and permissions."),
        ])
    func tooOld(answer: String, text: String) async {
        do throws(JetStreamError) {
            try await JetStream(FakeBus { _ in BusMessage("i", text: answer) }).checkServer()
            Issue.record("accepted")
        } catch {
            #expect(error.description == text)
        }
    }

    @Test("a server that is older than any that was tried is used, with a warning")
    func oldServer() async throws {
        let answer = #"""
            {"config":{"name":"A","subjects":["a"],"retention":"limits","storage":"file","num_replicas":1,"discard":"old",
            "allow_direct":true,"metadata":{"_nats.ver":"2.12.3"}},
            "state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0}}
            """#
        let jetStream = JetStream(FakeBus { _ in BusMessage("i", text: answer) })
        #expect(
            try await jetStream.ensure(StreamSettings(name: "A", subjects: ["a"])).warnings
                == ["The NATS server has version 2.12.3. Use 2.12.6 or later, which has fixes that matter."])
    }

    @Test("a server without JetStream does not answer")
    func noJetStream() async throws {
        let bus = FakeBus { message throws(BusError) in throw .noResponders(subject: message.subject) }
        await #expect(throws: JetStreamError.notEnabled) { try await JetStream(bus).checkServer() }
        try await JetStream(FakeBus { _ in BusMessage("i", text: #"{"api":{"level":2}}"#) }).checkServer()
    }

    @Test(
        "answers that are none are errors",
        arguments: ["", "{", "[]", #"{"stream":"S"}"#, #"{"stream":"S","seq":-1}"#, #"{"error":{"err_code":10077,"description":"full"}}"#])
    func unreadable(answer: String) async {
        let jetStream = JetStream(FakeBus { _ in BusMessage("i", text: answer) })
        await #expect(throws: JetStreamError.self) { try await jetStream.publish(BusMessage("a")) }
        await #expect(throws: JetStreamError.self) { try await jetStream.info(ofStream: "S") }
        await #expect(throws: JetStreamError.self) { try await jetStream.last("a", ofStream: "S") }
        await #expect(throws: JetStreamError.self) { try await jetStream.lastOfEach(["a"], ofStream: "S") }
        await #expect(throws: JetStreamError.self) { try await jetStream.pull(from: "c", ofStream: "S") }
    }

    @Test("a name that would be something else in a subject is refused", arguments: ["", "a.b", "*", ">", "a b", "a/b", "a\\b", "ä", "\n"])
    func names(name: String) async {
        let jetStream = JetStream(FakeBus { _ in BusMessage("i", text: "{}") })
        await #expect(throws: JetStreamError.invalidName(name)) { try await jetStream.info(ofStream: name) }
        await #expect(throws: JetStreamError.invalidName(name)) { try await jetStream.pull(from: name, ofStream: "S") }
        await #expect(throws: JetStreamError.invalidName(name)) { try await KeyValues("B", of: jetStream).get(name) }
    }
}
