namespace Tandem.Simulation;

/// <summary>A host's clock: it runs a little fast or slow, and its wall clock is off. True time is the world's.</summary>
sealed class SimulatedClock(Func<long> trueUs, long skewUs, int driftPpm) : TimeProvider
{
    static readonly DateTimeOffset s_began = new(2026, 11, 2, 9, 0, 0, TimeSpan.Zero);
    long _skewUs = skewUs;

    public override long TimestampFrequency => 1_000_000;

    // Never 0 at the start: no part of a node may take the beginning of the world for the beginning of time.
    public override long GetTimestamp() => 1_000_000_000 + ToHost(trueUs());
    public override DateTimeOffset GetUtcNow() => s_began.AddTicks((ToHost(trueUs()) + _skewUs) * TimeSpan.TicksPerMicrosecond);

    /// <summary>A length of this host's time in true time, rounded up.</summary>
    public long ToTrue(long hostUs) => hostUs - (hostUs * driftPpm / 1_000_000) + 1;

    long ToHost(long us) => us + us * driftPpm / 1_000_000;

    public void Skew(long byUs) => _skewUs = byUs;
}
