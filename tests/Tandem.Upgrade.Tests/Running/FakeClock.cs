namespace Tandem.Upgrade.Tests.Running;

/// <summary>Stands still until it is moved.</summary>
sealed class FakeClock(DateTimeOffset begins) : TimeProvider
{
    public DateTimeOffset Now { get; private set; } = begins;

    public void Advance(double minutes) => Now += TimeSpan.FromMinutes(minutes);

    public override DateTimeOffset GetUtcNow() => Now;
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;
    public override long GetTimestamp() => Now.UtcTicks;
}
