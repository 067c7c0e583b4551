using Tandem.Upgrade.Estates;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Readiness.Rules;

/// <summary>What must have been done before the day.</summary>
static class PreparationRules
{
    public static IEnumerable<Finding> DefaultRoutePlan(CheckInHand check) => [check.Facts.Estate.DefaultRoutePlan switch
    {
        null => check.Fail("", Text.Of("the estate names none")),
        { InPlace: false, Line: var line } => check.Fail("", Text.Of("it is not in place"), line),
        { Tested: null, Line: var line } => check.Warn("", Text.Of("it is in place; nobody says that it was tested"), line, Text.Of("Call each default number once, and write the day into `tested`.")),
        { Tested: { } day, Line: var line } when day > check.Facts.Today => check.Warn("", Text.Of("it is in place; its test on {0} is still to come", CheckInHand.Day(day)), line),
        { Tested: { } day, Line: var line } => check.Pass("", Text.Of("it is in place and was tested on {0}", CheckInHand.Day(day)), line),
    }];

    public static IEnumerable<Finding> Lab(CheckInHand check)
    {
        Lab? lab = check.Facts.Estate.Lab;
        int line = lab?.Line ?? 0;
        if (lab?.Done is not { } day) return [Missing(check, Text.Of("no upgrade in a laboratory is entered"), line)];
        if (day > check.Facts.Today) return [Missing(check, Text.Of("the upgrade in the laboratory on {0} is still to come", CheckInHand.Day(day)), line)];
        return [lab.MeetsRequirements
            ? check.Pass("", Text.Of("done on {0}, in a laboratory that meets the requirements", CheckInHand.Day(day)), line)
            : check.Warn("", Text.Of("done on {0}, in a laboratory that does not meet the requirements: its times say little", CheckInHand.Day(day)), line)];
    }

    static Finding Missing(CheckInHand check, Text evidence, int line)
    {
        const string policy = "lab-upgrade", ifAvailable = "if-available";
        return check.Policies.Has(policy) && check.Policies.Choice(policy) == ifAvailable ? check.Warn("", evidence, line) : check.Fail("", evidence, line);
    }

    public static IEnumerable<Finding> Freeze(CheckInHand check)
    {
        Freeze? freeze = check.Facts.Estate.Freeze;
        if (freeze?.From is not { } from) return [check.Fail("", Text.Of("no day is entered from which on nobody changes anything"), freeze?.Line ?? 0)];
        return [from > check.Facts.FirstDay
            ? check.Fail("", Text.Of("it begins on {0}, after the first window on {1}", CheckInHand.Day(from), CheckInHand.Day(check.Facts.FirstDay.Value)), freeze.Line)
            : check.Pass("", Text.Of("from {0} on", CheckInHand.Day(from)), freeze.Line)];
    }
}
