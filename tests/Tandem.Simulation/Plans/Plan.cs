namespace Tandem.Simulation;

/// <summary>Something that is done to the world, or by someone in it. What it draws it draws by itself, so that others do not shift when it is left out.</summary>
sealed record PlanItem(long AtUs, string Kind, string Words, Action<World> Begin)
{
    public override string ToString() => $"{AtUs / 1_000_000,5}.{AtUs / 1000 % 1000:000} {Words}";
}

sealed record Plan(IReadOnlyList<PlanItem> Items, IReadOnlyList<long> CalmUs, long HomeUs)
{
    public long EndUs => HomeUs + PlanTimes.DrainUs;
    public Plan With(IReadOnlyList<PlanItem> items) => this with { Items = items };
}

static class PlanTimes
{
    /// <summary>Until both nodes live and the agents are ready.</summary>
    public const long SetUpUs = 5_000_000;
    /// <summary>In each chapter faults come and go for so long, and then nothing is wrong for so long.</summary>
    public const long FaultsUs = 40_000_000, CalmUs = 15_000_000;
    /// <summary>At the end everybody hangs up.</summary>
    public const long DrainUs = 15_000_000;
}
