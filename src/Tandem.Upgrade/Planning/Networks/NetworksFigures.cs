using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Planning.Networks;

/// <summary>Named numbers of the plan; those that no source says, but that follow from what it says, are marked as derived.</summary>
static class NetworksFigures
{
    public static IReadOnlyList<NamedFigure> Of(Replacement of, Outage outage)
    {
        Figure measured = of.Figure("move-seconds-measured"), pages = of.Figure("users-per-page"), rate = of.Figure("regeneration-users-per-hour");
        double perHour = of.Policies.Value("regeneration-rate");
        string taken = of.Policies.Choice("outage"), outageSource = of.Pack.Policies["outage"].Choices.First(c => c.Id == taken).Source;
        double least = of.Policies.Value("outage"), most = of.Policies.ValueMax("outage");
        return
        [
            Said(of, "move-seconds-measured", measured.Value),
            Derived("move-seconds-per-machine", of.Figure("move-seconds-per-machine"), of.Figure("move-seconds-per-machine").Value, Text.Of("{0} s for six servers and the PC, shared by seven", measured.Value)),
            new("move-seconds", Text.Of("Moving the machines in both parts"), Rounded(outage.MovesSeconds), "s", true,
                Text.Of("{0} old and {0} new machines × {1} s, and {2} s for the PC", outage.Machines, outage.MoveSeconds, outage.PcSeconds), measured.Source),
            Said(of, "move-minutes-most", of.Figure("move-minutes-most").Value),
            new("outage-minutes-least", Text.Of("Total outage, at least"), least, "min", false, Text.Of("as the source says it"), outageSource),
            new("outage-minutes-most", Text.Of("Total outage, at most"), most, "min", false, Text.Of("as the source says it"), outageSource),
            new("outage-minutes", Text.Of("Total outage of this estate, estimated"), Rounded(outage.Total.Usual), "min", true, Text.Of("the sum of the parts, from {0} to {1} minutes", Rounded(outage.Total.Min), Rounded(outage.Total.Max)), outageSource),
            new("confirmed-minutes", Text.Of("From the begin of the outage until it is confirmed"), Rounded(outage.UntilConfirmed.Usual), "min", true, Text.Of("the outage and {0} minutes of tests, in which the new system serves", Rounded(outage.Tests.Usual)), outageSource),
            Said(of, "firmware-wait-seconds", of.Figure("firmware-wait-seconds").Value),
            Derived("registration-seconds", of.Figure("registrations-per-second"), Rounded(outage.Registration.Usual * 60), Text.Of("{0} phones ÷ {1} in a second", of.Phones, outage.Rate), Text.Of("All phones register at the new system"), "s"),
            Derived("regeneration-users-per-hour-least", rate, rate.Min, Text.Of("{0} users in {1} hours", of.Figure("regeneration-users").Value, of.Figure("weekend-hours").Max)),
            Derived("regeneration-users-per-hour-most", rate, rate.Max, Text.Of("{0} users in {1} hours", of.Figure("regeneration-users").Value, of.Figure("weekend-hours").Min)),
            Derived("regeneration-users-per-hour", rate, perHour, Text.Of("the choice that was taken, between {0} and {1}", rate.Min, rate.Max)),
            Derived("regeneration-hours", rate, Rounded(of.Users / perHour), Text.Of("{0} users ÷ {1} in an hour", of.Users, perHour), Text.Of("Sending the collected data to the new system"), "h"),
            Derived("user-pages", pages, Pages(of), Text.Of("{0} users, {1} on a page", of.Users, pages.Value), Text.Of("Pages of users to look through"), "pages"),
        ];
    }

    public static double Pages(Replacement of) => Math.Ceiling(of.Users / of.Figure("users-per-page").Value);

    public static double Rounded(double value) => Math.Round(value, 2);

    static NamedFigure Said(Replacement of, string id, double value)
    {
        Figure figure = of.Figure(id);
        return new(id, Text.Of(figure.Title), value, figure.Unit, figure.Derived, Text.Of("as the source says it"), figure.Source);
    }

    static NamedFigure Derived(string id, Figure from, double value, Text how, Text? title = null, string? unit = null) =>
        new(id, title ?? Text.Of(from.Title), value, unit ?? from.Unit, true, how, from.Source);
}
