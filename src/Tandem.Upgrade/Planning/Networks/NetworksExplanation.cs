using Tandem.Upgrade.Texts;
using static Tandem.Upgrade.Planning.Networks.NetworksFigures;

namespace Tandem.Upgrade.Planning.Networks;

/// <summary>The estimate of the outage part by part, and what it stands on.</summary>
static class NetworksExplanation
{
    public static IReadOnlyList<Text> Of(Replacement of, Outage outage)
    {
        Minutes total = outage.Total;
        List<Text> how =
        [
            Text.Of("Moves: {0} old machines × {1} s + {0} new machines × {1} s + {2} s for the PC = {3} s", outage.Machines, outage.MoveSeconds, outage.PcSeconds, Rounded(outage.MovesSeconds)),
        ];
        if (outage.Park is { } park) how.Add(Text.Of("The third move of the cables, which puts the old system where it waits: {0} minutes", Rounded(park.Usual)));
        if (of.OldIsCabled || of.NewIsCabled) how.Add(Text.Of("The time of a move was measured with virtual machines; nobody wrote down what a cable takes, so measure it in the rehearsal"));
        how.Add(Text.Of("Gate between the two parts: {0} minutes", Rounded(outage.Gate.Usual)));
        how.Add(Text.Of("Reload of data: {0} minutes; no source says how long it takes, so this is assumed until a rehearsal has measured it", Rounded(outage.Reload.Usual)));
        how.Add(Text.Of("Addresses: {0} seconds, the longer one of announcing them and of looking for duplicates; a router that misses the announcement may keep the old entry for {1} hours", Rounded(outage.Addresses.Usual * 60), of.Figure("arp-cache-hours").Value));
        how.Add(Text.Of("Registration: {0} phones ÷ {1} in a second = {2} minutes", of.Phones, outage.Rate, Rounded(outage.Registration.Usual)));
        how.Add(Text.Of("Total outage: {0} minutes, between {1} and {2}", Rounded(total.Usual), Rounded(total.Min), Rounded(total.Max)));
        how.Add(AgainstTheSource(of, total));
        how.Add(Text.Of("Until it is confirmed: {0} minutes, with {1} minutes of tests after the outage, in which the new system serves", Rounded(outage.UntilConfirmed.Usual), Rounded(outage.Tests.Usual)));
        how.Add(Text.Of("Sending the data of {0} users takes {1} hours at {2} users in an hour, before the window and unnoticed; the rate is calculated from {3} users in a weekend",
            of.Users, Rounded(of.Users / of.Policies.Value("regeneration-rate")), of.Policies.Value("regeneration-rate"), of.Figure("regeneration-users").Value));
        how.Add(Text.Of("The point of no return is the day on which the old system is dismantled, after acceptance; until then every step has a way back, and what the new system has recorded since the switch is lost on it"));
        return how;
    }

    static Text AgainstTheSource(Replacement of, Minutes outage)
    {
        double least = of.Policies.Value("outage"), most = of.Policies.ValueMax("outage"), servers = of.Figure("outage-servers").Max;
        if (of.Machines > servers) return Text.Of("The source's {0} to {1} minutes are for at most {2} servers; this estate has {3}", least, most, servers, of.Machines);
        return outage.Usual < least ? Text.Of("That is less than the {0} to {1} minutes of the source: tell callers its figures, and not the estimate", least, most)
            : outage.Usual > most ? Text.Of("That is more than the {0} to {1} minutes of the source: look which part is the longest, and shorten it", least, most)
            : outage.Min >= least && outage.Max <= most ? Text.Of("That lies within the {0} to {1} minutes of the source", least, most)
            : Text.Of("The usual {0} minutes lie within the {1} to {2} minutes of the source, but {3} to {4} minutes are possible", Rounded(outage.Usual), least, most, Rounded(outage.Min), Rounded(outage.Max));
    }
}
