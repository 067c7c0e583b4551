namespace Tandem.Upgrade.Rehearsing;

public sealed record RehearsalOptions
{
    /// <summary>How often the durations are drawn; 0 leaves the chances out.</summary>
    public int Runs { get; init; } = 10_000;
    /// <summary>The same seed draws the same durations on every machine.</summary>
    public ulong Seed { get; init; } = 1;
    /// <summary>A histogram has at most so many bins.</summary>
    public int BinsMax { get; init; } = 30;
    /// <summary>The unit of <see cref="Modelling.IEstateModel.NotRedundant"/> that is meant by simplex.</summary>
    public string CentralUnit { get; init; } = "central controller";
}
