/// The version of Easel.
public enum Version {
    /// As it stands in pictures and in the API: `0.1.0`.
    public static let current = "0.1.0"
}
