using NodaTime;
using NodaTime.Text;
using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Readiness.Rules;

/// <summary>What cannot be seen in the estate's lists: somebody looked, or did it, and wrote it into `facts`.</summary>
static class FactRules
{
    static readonly string[] s_no = ["no", "none", "false"];

    /// <summary>A state of things; where nobody looked, it is not known.</summary>
    public static IEnumerable<Finding> IsYes(CheckInHand check)
    {
        string fact = check.With("fact");
        if (!check.Facts.Estate.Facts.TryGetValue(fact, out string? value))
            return [check.NotKnown("", Text.Of("not known: the estate's `facts` say nothing of {0}", fact), Text.Of(check.Check.Remedy))];
        return [value is "yes" or "true" ? check.Pass("", Text.Of("{0}: {1}", fact, value)) : check.Fail("", Text.Of("{0}: {1}", fact, value))];
    }

    /// <summary>Something to be done before; where nothing is written, it was not done. `with` may say for whom, and which values count.</summary>
    public static IEnumerable<Finding> IsGiven(CheckInHand check)
    {
        Estate estate = check.Facts.Estate;
        string fact = check.With("fact");
        if (check.Check.With.TryGetValue("platforms", out string? platforms) && !List(platforms).Contains(estate.Platform))
            return [check.Pass("", Text.Of("not asked for on {0}", estate.Platform))];
        if (check.Check.With.TryGetValue("role", out string? role) && !estate.Nodes.Any(n => n.Role == role))
            return [check.Pass("", Text.Of("the estate has no {0}", role))];
        if (!estate.Facts.TryGetValue(fact, out string? value)) return [check.Fail("", Text.Of("the estate's `facts` say nothing of {0}", fact))];
        if (s_no.Contains(value)) return [check.Fail("", Text.Of("{0}: {1}", fact, value))];
        if (LocalDatePattern.Iso.Parse(value).TryGetValue(default, out LocalDate day) && day > check.Facts.Today)
            return [check.Fail("", Text.Of("{0}: {1}, which is still to come", fact, value))];
        string[] accepted = [.. Accepted(check, estate)];
        return [value is "yes" or "true" || accepted.Length == 0 || accepted.Contains(value, StringComparer.OrdinalIgnoreCase)
            ? check.Pass("", Text.Of("{0}: {1}", fact, value))
            : check.Fail("", Text.Of("{0}: {1}; accepted: {2}", fact, value, string.Join(", ", accepted)))];
    }

    /// <summary>For every platform, or for the estate's.</summary>
    static IEnumerable<string> Accepted(CheckInHand check, Estate estate) =>
        check.Check.With.TryGetValue("values", out string? all) ? List(all) : check.Check.With.TryGetValue(estate.Platform, out string? own) ? List(own) : [];

    static string[] List(string text) => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
