using NodaTime;
using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Readiness.Rules;

/// <summary>CDs: when they are ordered, and how many.</summary>
static class MediaRules
{
    public static IEnumerable<Finding> Ordered(CheckInHand check)
    {
        EstateFacts facts = check.Facts;
        int line = facts.Estate.Media?.Line ?? 0;
        LocalDate? ordered = facts.Estate.Media?.Ordered;
        if (MediaDates.Of(facts) is not { } dates)
            return [ordered is null ? check.Fail("", Text.Of("they are not ordered, and there is no window to count from"), line) : check.NotKnown("", Text.Of("ordered on {0}; there is no window to count from", CheckInHand.Day(ordered.Value)), Text.Of(check.Check.Remedy), line)];

        string by = CheckInHand.Day(dates.By);
        if (ordered is not { } day)
            return [facts.Today > dates.By
                ? check.Fail("", Text.Of("they are not ordered, and {0} was the last day for the first window", by), line)
                : check.Fail("", Text.Of("they are not ordered; {0} is the last day for the first window", by), line)];
        if (day > dates.By) return [check.Fail("", Text.Of("ordered on {0}; {1} was the last day for the first window", CheckInHand.Day(day), by), line)];
        if (day > facts.Today) return [check.Fail("", Text.Of("to be ordered on {0}, which is still to come; {1} is the last day", CheckInHand.Day(day), by), line)];
        return [day < dates.From
            ? check.Warn("", Text.Of("ordered on {0}, before {1}: later hotfixes may be missing", CheckInHand.Day(day), CheckInHand.Day(dates.From.Value)), line, Text.Of("Order the CD with the hotfixes again."))
            : check.Pass("", Text.Of("ordered on {0}; {1} is the last day", CheckInHand.Day(day), by), line)];
    }

    public static IEnumerable<Finding> Copies(CheckInHand check)
    {
        Media? media = check.Facts.Estate.Media;
        int wanted = Wanted(check.Facts);
        if (media is null) return [check.NotKnown("", Text.Of("nothing is said about media"), Text.Of(check.Check.Remedy))];
        return [media.Copies >= wanted
            ? check.Pass("", Text.Of("copies: {0}, wanted: {1}", media.Copies, wanted), media.Line)
            : check.Fail("", Text.Of("copies: {0}, wanted: {1}", media.Copies, wanted), media.Line)];
    }

    public static int Wanted(EstateFacts facts) => facts.Policies.Has("media-copies") ? (int)facts.Policies.Value("media-copies") : 1;
}
