namespace Tandem.Upgrade.Packs;

/// <summary>Compares releases as people write them: numbers between dots, <c>x</c> for any, <c>SP</c> parts apart.</summary>
public static class Releases
{
    /// <summary>4.5.2 is of 4.5.x and of 4.5; 4.5.x is of itself.</summary>
    public static bool IsOf(string release, string pattern)
    {
        string[] given = release.Split('.'), asked = pattern.Split('.');
        for (int i = 0; i < asked.Length; i++)
        {
            if (asked[i] == "x") return true;
            if (i >= given.Length || given[i] != asked[i]) return false;
        }
        return true;
    }

    /// <summary>The rung on which a release stands: the last one that it is of; -1 when it is of none.</summary>
    public static int Rung(IReadOnlyList<string> ladder, string release)
    {
        for (int i = ladder.Count - 1; i >= 0; i--)
            if (IsOf(release, ladder[i])) return i;
        return -1;
    }

    /// <summary>Numbers one after another as they come, so that 5.5 SP2 is before 6.0 and after 5.5 SP1.</summary>
    public static int Compare(string a, string b)
    {
        int[] left = Numbers(a), right = Numbers(b);
        for (int i = 0; i < Math.Max(left.Length, right.Length); i++)
        {
            int order = (i < left.Length ? left[i] : 0).CompareTo(i < right.Length ? right[i] : 0);
            if (order != 0) return order;
        }
        return 0;
    }

    static int[] Numbers(string version) =>
        [.. System.Text.RegularExpressions.Regex.Matches(version, @"\d{1,9}", System.Text.RegularExpressions.RegexOptions.NonBacktracking).Select(static m => int.Parse(m.Value, System.Globalization.CultureInfo.InvariantCulture))];
}
