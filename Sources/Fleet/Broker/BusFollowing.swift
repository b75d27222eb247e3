import Bus

extension Bus {
    /// Hands on the messages of a subject until the task is cancelled. Listens again when it cannot listen now.
    func follow(_ subject: String, _ hear: (BusMessage) async -> Void) async {
        while !Task.isCancelled {
            if let messages = try? await messages(subject) {
                for await message in messages { await hear(message) }
            }
            try? await Task.sleep(for: .seconds(1))
        }
    }
}
