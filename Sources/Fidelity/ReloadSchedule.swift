/// Says when all compiled networks of a checkpoint are to be loaded anew. Off unless set.
public struct ReloadSchedule: Sendable, Hashable {
    /// Reload after so many pictures.
    public let pictures: Int?
    /// Reload after so long.
    public let time: Duration?
    private var picturesSinceLoad = 0
    private var loadedAt: ContinuousClock.Instant

    /// Makes a schedule that begins at `loadedAt`; without a number or a time nothing is ever due.
    public init(everyPictures pictures: Int? = nil, every time: Duration? = nil, loadedAt: ContinuousClock.Instant) {
        self.pictures = pictures
        self.time = time
        self.loadedAt = loadedAt
    }

    /// Counts a picture since the last load.
    public mutating func finishedPicture() { picturesSinceLoad += 1 }

    /// The checkpoint was loaded anew, for whatever reason.
    public mutating func reloaded(at now: ContinuousClock.Instant) {
        picturesSinceLoad = 0
        loadedAt = now
    }

    /// Nothing is due before a picture was made: loading anew what nobody used changes nothing.
    public func isDue(at now: ContinuousClock.Instant) -> Bool {
        guard picturesSinceLoad > 0 else { return false }
        if let pictures, picturesSinceLoad >= pictures { return true }
        if let time, now - loadedAt >= time { return true }
        return false
    }
}
