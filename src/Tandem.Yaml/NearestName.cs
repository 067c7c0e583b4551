namespace Tandem.Yaml;

/// <summary>The known name that somebody who mistyped probably meant.</summary>
public static class NearestName
{
    /// <summary>Null when none is near: at most a third of the letters may differ.</summary>
    public static string? Of(string wrong, IEnumerable<string> known)
    {
        int limit = wrong.Length / 3;
        return known
            .Where(name => Math.Abs(name.Length - wrong.Length) <= limit)
            .Select(name => (name, distance: Distance(wrong, name)))
            .Where(candidate => candidate.distance <= limit)
            .OrderBy(candidate => candidate.distance).ThenBy(candidate => candidate.name, StringComparer.Ordinal)
            .Select(candidate => candidate.name)
            .FirstOrDefault();
    }

    /// <summary>Letters changed, added, left out or swapped with their neighbour, letter case apart (optimal string alignment).</summary>
    static int Distance(string a, string b)
    {
        int[,] cost = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++) cost[i, 0] = i;
        for (int j = 0; j <= b.Length; j++) cost[0, j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            for (int j = 1; j <= b.Length; j++)
            {
                int change = Same(a[i - 1], b[j - 1]) ? 0 : 1;
                cost[i, j] = Math.Min(Math.Min(cost[i - 1, j], cost[i, j - 1]) + 1, cost[i - 1, j - 1] + change);
                if (i > 1 && j > 1 && Same(a[i - 1], b[j - 2]) && Same(a[i - 2], b[j - 1]))
                    cost[i, j] = Math.Min(cost[i, j], cost[i - 2, j - 2] + 1);
            }
        }
        return cost[a.Length, b.Length];
    }

    static bool Same(char a, char b) => char.ToLowerInvariant(a) == char.ToLowerInvariant(b);
}
