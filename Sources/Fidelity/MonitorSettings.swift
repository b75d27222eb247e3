/// When a long-running process looks after its devices.
public struct MonitorSettings: Sendable, Hashable {
    /// A compiled network is probed after it took part in this many pictures; nil: never for that reason.
    public var picturesBetweenProbes: Int? = 50
    /// … and when its last probe is this long ago; nil: never for that reason.
    public var timeBetweenProbes: Duration? = .seconds(24 * 60 * 60)
    /// All networks are loaded anew after so many pictures; nil: never for that reason.
    public var picturesBetweenReloads: Int?
    /// … and so long after they were loaded.
    public var timeBetweenReloads: Duration?

    public init() {}
}
