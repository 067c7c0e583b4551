namespace Tandem.History.Compare;

/// <summary>Positions that only one of two histories covers: the other has not come so far, or has removed them.</summary>
/// <param name="By">The name of the one that has them.</param>
public sealed record OneSided(int Generation, long From, long To, string By);

/// <summary>The first row that two histories do not agree on.</summary>
/// <param name="Column">Null: one of them does not have the row at all.</param>
/// <param name="Ours">The value there; null when the row is missing.</param>
public sealed record RowDifference(int Generation, long Position, int Ordinal, string Table, string? Column, string? Ours, string? Theirs);

/// <param name="Rows">Rows that both have and that were compared.</param>
/// <param name="First">Null: equal wherever both have rows.</param>
/// <param name="DifferingStretches">Stretches of <see cref="HistoryComparison.StretchPositions"/> positions with a difference, a table each.</param>
public sealed record ComparisonResult(string Ours, string Theirs, string Instance, long Positions, long Rows, IReadOnlyList<OneSided> OneSided, RowDifference? First, long DifferingStretches)
{
    public bool AreEqual => First is null;
}

/// <summary>
/// Compares two histories by position and content. Digests of stretches of positions are compared first; the first
/// stretch that differs is cut smaller until its rows can be looked at one by one.
/// </summary>
public static class HistoryComparison
{
    public const long StretchPositions = 10_000;
    /// <summary>What is asked at once: a node answers in about a second.</summary>
    public const long AskedPositions = 500_000;
    const long RowsPositions = 100;

    /// <param name="instance">Null: the only one that both have.</param>
    /// <param name="progress">Told the last position compared.</param>
    /// <exception cref="HistoryException">They cannot be compared, and why.</exception>
    public static async Task<ComparisonResult> RunAsync(IHistoryReader ours, IHistoryReader theirs, string? instance = null, Action<long>? progress = null, CancellationToken stop = default)
    {
        if (ours.Name == theirs.Name) throw new HistoryException($"{ours.Name} would be compared with itself");
        (IReadOnlyList<HistoryExtent> ourExtents, IReadOnlyList<HistoryExtent> theirExtents) = await Both(r => r.ExtentsAsync(stop), ours, theirs);
        instance ??= OnlyInstance(ours, ourExtents, theirs, theirExtents);
        var oneSided = new List<OneSided>();
        RowDifference? first = null;
        long positions = 0, rows = 0, stretches = 0;
        foreach (int generation in ourExtents.Concat(theirExtents).Where(e => e.Instance == instance).Select(static e => e.Generation).Distinct().Order())
        {
            HistoryExtent? our = ourExtents.FirstOrDefault(e => e.Instance == instance && e.Generation == generation);
            HistoryExtent? their = theirExtents.FirstOrDefault(e => e.Instance == instance && e.Generation == generation);
            oneSided.AddRange(OneSidedOf(generation, our, ours.Name, their, theirs.Name));
            if (our is null || their is null) continue;
            long from = Math.Max(our.KeptFrom, their.KeptFrom), to = Math.Min(our.Reached, their.Reached);
            for (long at = from; at <= to; at += AskedPositions)
            {
                var range = new HistoryRange(instance, generation, at, Math.Min(to, at + AskedPositions - 1), StretchPositions);
                (List<(long From, string Table)> differing, long equal) = await DifferingAsync(ours, theirs, range, stop);
                rows += equal;
                positions += range.To - range.From + 1;
                stretches += differing.Count;
                if (differing.Count > 0) first ??= await FirstAsync(ours, theirs, Stretch(range, differing[0].From), stop);
                progress?.Invoke(range.To);
            }
        }
        return new ComparisonResult(ours.Name, theirs.Name, instance, positions, rows, oneSided, first, stretches);
    }

    static string OnlyInstance(IHistoryReader ours, IReadOnlyList<HistoryExtent> ourExtents, IHistoryReader theirs, IReadOnlyList<HistoryExtent> theirExtents)
    {
        string[] inOurs = [.. ourExtents.Select(static e => e.Instance).Distinct()], inTheirs = [.. theirExtents.Select(static e => e.Instance).Distinct()];
        return inOurs.Intersect(inTheirs).ToArray() switch
        {
            [string one] => one,
            [] => throw new HistoryException($"{ours.Name} has the history of {Words(inOurs)}, {theirs.Name} of {Words(inTheirs)}: they have no instance in common"),
            string[] many => throw new HistoryException($"both have the history of {Words(many)}: name one (--instance)"),
        };
    }

    static string Words(string[] instances) => instances.Length == 0 ? "nothing" : string.Join(", ", instances.Select(static i => $"'{i}'"));

    static IEnumerable<OneSided> OneSidedOf(int generation, HistoryExtent? our, string ours, HistoryExtent? their, string theirs)
    {
        // What both cover; empty when one ends before the other begins.
        long from = Math.Max(our?.KeptFrom ?? long.MaxValue, their?.KeptFrom ?? long.MaxValue), to = Math.Min(our?.Reached ?? 0, their?.Reached ?? 0);
        return Beyond(our, ours).Concat(Beyond(their, theirs));

        IEnumerable<OneSided> Beyond(HistoryExtent? extent, string name)
        {
            if (extent is null) yield break;
            long below = Math.Min(extent.Reached, from - 1), above = Math.Max(extent.KeptFrom, Math.Max(to, below) + 1);
            if (extent.KeptFrom <= below) yield return new OneSided(generation, extent.KeptFrom, below, name);
            if (above <= extent.Reached) yield return new OneSided(generation, above, extent.Reached, name);
        }
    }

    /// <summary>The differing stretches by position and table, and how many rows the equal ones have.</summary>
    static async Task<(List<(long From, string Table)> Differing, long EqualRows)> DifferingAsync(IHistoryReader ours, IHistoryReader theirs, HistoryRange range, CancellationToken stop)
    {
        (IReadOnlyList<StretchDigest> our, IReadOnlyList<StretchDigest> their) = await Both(r => r.DigestsAsync(range, stop), ours, theirs);
        var left = their.ToDictionary(static d => (d.From, d.Table));
        var differing = new SortedSet<(long, string)>();
        long rows = 0;
        foreach (StretchDigest digest in our)
        {
            if (left.Remove((digest.From, digest.Table), out StretchDigest? other) && other == digest) rows += digest.Rows;
            else differing.Add((digest.From, digest.Table));
        }
        foreach ((long from, string table) in left.Keys) differing.Add((from, table));
        return ([.. differing], rows);
    }

    /// <summary>The first row that differs in a range that does.</summary>
    static async Task<RowDifference?> FirstAsync(IHistoryReader ours, IHistoryReader theirs, HistoryRange range, CancellationToken stop)
    {
        while (range.To - range.From >= RowsPositions)
        {
            range = range with { Length = Math.Max(RowsPositions, range.Length / 10) };
            (List<(long From, string Table)> differing, _) = await DifferingAsync(ours, theirs, range, stop);
            // Rows that are changed while they are compared: verify again.
            if (differing.Count == 0) return null;
            range = Stretch(range, differing[0].From);
        }
        (IReadOnlyList<ComparedRow> our, IReadOnlyList<ComparedRow> their) = await Both(r => r.RowsAsync(range, stop), ours, theirs);
        var right = their.ToDictionary(static r => (r.Position, r.Ordinal, r.Table));
        var left = our.ToDictionary(static r => (r.Position, r.Ordinal, r.Table));
        foreach ((long Position, int Ordinal, string Table) key in left.Keys.Union(right.Keys).Order())
        {
            (ComparedRow? l, ComparedRow? r) = (left.GetValueOrDefault(key), right.GetValueOrDefault(key));
            if (l is null || r is null) return new RowDifference(range.Generation, key.Position, key.Ordinal, key.Table, null, l is null ? null : "the row", r is null ? null : "the row");
            for (int i = 0; i < l.Values.Count; i++)
            {
                if (l.Values[i] != r.Values[i])
                    return new RowDifference(range.Generation, key.Position, key.Ordinal, key.Table, HistorySchema.Tables.First(t => t.Name == key.Table).Columns[i], l.Values[i], r.Values[i]);
            }
        }
        return null;
    }

    static HistoryRange Stretch(HistoryRange of, long from) => of with { From = from, To = Math.Min(of.To, from + of.Length - 1) };

    static async Task<(T, T)> Both<T>(Func<IHistoryReader, Task<T>> ask, IHistoryReader ours, IHistoryReader theirs)
    {
        Task<T> our = ask(ours), their = ask(theirs);
        return (await our, await their);
    }
}
