using System.Globalization;
using NodaTime;
using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Readiness;

/// <summary>A check that is being judged: its findings are made here.</summary>
sealed record CheckInHand(Check Check, EstateFacts Facts)
{
    public Verdict Failure => CheckRules.Failures[Check.Failing];
    public PolicySet Policies => Facts.Policies;

    /// <param name="line">Of the estate file; 0 for none.</param>
    public Finding Pass(string subject, Text evidence, int line = 0) => Of(Verdict.Pass, subject, evidence, Text.None, line);

    /// <summary>The rule does not hold; how bad that is, the pack says.</summary>
    public Finding Fail(string subject, Text evidence, int line = 0, Text? remedy = null) => Of(Failure, subject, evidence, remedy ?? Text.Of(Check.Remedy), line);

    public Finding Warn(string subject, Text evidence, int line = 0, Text? remedy = null) => Of(Verdict.Warn, subject, evidence, remedy ?? Text.Of(Check.Remedy), line);

    /// <summary>Nobody wrote it down: never a pass.</summary>
    public Finding NotKnown(string subject, Text evidence, Text remedy, int line = 0) => Of(Verdict.Warn, subject, evidence, remedy, line);

    /// <summary>A parameter that the pack must give.</summary>
    public string With(string key) => Check.With.TryGetValue(key, out string? value) ? value
        : throw new UpgradeException($"pack {Facts.Pack.Id}: check '{Check.Id}' needs '{key}' in `with`");

    Finding Of(Verdict verdict, string subject, Text evidence, Text remedy, int line) =>
        new(Check.Id, verdict, subject, Text.Of(Check.Title), evidence, remedy, Check.Source, line);

    public static string Day(LocalDate date) => date.ToString("uuuu-MM-dd", CultureInfo.InvariantCulture);
}
