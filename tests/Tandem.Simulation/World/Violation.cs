namespace Tandem.Simulation;

/// <summary>Something that must never happen did.</summary>
/// <param name="Rule">Which checker, in a word or two: the same rule is the same failure when a run is reduced.</param>
sealed record Violation(string Rule, string What, long AtUs)
{
    public override string ToString() => $"{Rule}: {What} (at {AtUs / 1_000_000}.{AtUs / 1000 % 1000:000} s)";
}

/// <summary>The process dies at this very instruction.</summary>
sealed class KilledException : Exception;
