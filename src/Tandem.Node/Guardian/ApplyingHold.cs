namespace Tandem.Node.Guarding;

/// <summary>
/// Tells the guardian `hold` while the loop applies what is committed. A configuration of many agents is one entry, and takes
/// a slow machine longer than a node may be silent; killed for it, both sides would die of the same entry. The loop does not
/// act meanwhile and finds its fence closed when it comes back late, so that it holds, and does not renew.
/// </summary>
/// <param name="nowMs">A clock that stands still for nobody.</param>
sealed class ApplyingHold(IGuardianLink guardian, Func<long> nowMs) : IDisposable
{
    const int LookMs = 50;
    /// <summary>No configuration takes so long; a loop that does not come back does.</summary>
    public const int HoldMaxMs = 3_000;

    Timer? _timer;
    long _sinceMs;
    ulong _incarnation;

    public void Start() => _timer = new Timer(_ => Look(), null, LookMs, LookMs);

    /// <summary>On the loop's thread.</summary>
    public void Begin(ulong incarnation)
    {
        Volatile.Write(ref _incarnation, incarnation);
        Volatile.Write(ref _sinceMs, nowMs());
    }

    public void End() => Volatile.Write(ref _sinceMs, 0);

    /// <summary>What the timer does.</summary>
    internal void Look()
    {
        long since = Volatile.Read(ref _sinceMs);
        if (since == 0 || nowMs() - since is < LookMs or > HoldMaxMs) return;
        guardian.Hold(Volatile.Read(ref _incarnation));
    }

    public void Dispose() => _timer?.Dispose();
}
