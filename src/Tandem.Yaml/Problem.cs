namespace Tandem.Yaml;

/// <summary>What is wrong at one place of a configuration file, and what would be right there.</summary>
/// <param name="Line">From 1; 0 when the file as a whole is meant.</param>
/// <param name="Field">The field's path, e.g. <c>scripts.sales.nodes.hours.time.zone</c>; empty for the file as a whole.</param>
public sealed record Problem(string File, int Line, string Field, string Wrong, string Right, bool IsWarning = false)
{
    public override string ToString()
    {
        string place = Line > 0 ? $"{File}:{Line}: " : $"{File}: ";
        string field = Field.Length > 0 ? $"{Field}: " : "";
        return $"{place}{field}{(IsWarning ? "warning: " : "")}{Wrong}; {Right}";
    }
}

/// <summary>All problems of a load, told together.</summary>
public sealed class Problems
{
    readonly List<Problem> _all = [];

    public bool AnyError { get; private set; }

    public void Add(Problem problem)
    {
        _all.Add(problem);
        AnyError |= !problem.IsWarning;
    }

    /// <summary>By file and line, as an editor would walk through them.</summary>
    public IReadOnlyList<Problem> Sorted =>
        [.. _all.Distinct().OrderBy(p => p.File, StringComparer.Ordinal).ThenBy(p => p.Line).ThenBy(p => p.Field, StringComparer.Ordinal)];
}
