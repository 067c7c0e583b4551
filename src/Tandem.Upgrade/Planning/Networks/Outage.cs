using Tandem.Upgrade.Packs;

namespace Tandem.Upgrade.Planning.Networks;

/// <summary>
/// How long callers are without telephony, part by part, in minutes: the moves of the old and the new machines and of the PC,
/// the gate between them, the reload of data, addresses that the network must learn, phones that register. The new system serves
/// during the tests after that, and they confirm it.
/// </summary>
sealed class Outage
{
    const double SecondsPerMinute = 60;

    public Outage(Replacement of)
    {
        double usual = of.Policies.Value("move-timing"), most = of.Policies.ValueMax("move-timing");
        MoveSeconds = usual;
        PcSeconds = of.Pc is null ? 0 : of.Figure("move-seconds-per-machine").Value;
        Machines = of.Machines;
        OneWay = new Minutes(Machines * usual / SecondsPerMinute, Machines * usual / SecondsPerMinute, Machines * most / SecondsPerMinute, Derived: true);
        WithPc = Plus(OneWay, PcSeconds / SecondsPerMinute);
        Park = of.OldIsCabled ? OneWay : null;
        Gate = of.MinutesOf("gate-minutes");
        Reload = of.MinutesOf("reload-minutes");
        Figure arp = of.Figure("arp-seconds"), detection = of.Figure("address-detection-seconds");
        Addresses = new Minutes(arp.Min / SecondsPerMinute, Math.Max(arp.Value, detection.Value) / SecondsPerMinute, Math.Max(arp.Max, detection.Value) / SecondsPerMinute, Derived: true);
        Rate = of.Figure("registrations-per-second").Value;
        double registration = of.Phones / Rate / SecondsPerMinute;
        Registration = new Minutes(registration, registration, Math.Max(registration, of.Figure("registration-refresh-minutes").Value), Derived: true);
        Tests = of.Learned(of.Row("tests").Row, of.Estate.TestMinutes.TryGetValue("end", out double own) ? Minutes.Exactly(own) : of.MinutesOf("test-minutes"));
        List<Minutes> parts =
        [
            Step(of.OldIsCabled ? "cables-1" : "part-1", OneWay), Step(of.PcIsGateway ? "gate-pc" : "gate", Gate), Step(of.NewIsCabled ? "cables-2" : "part-2", WithPc),
            Step("reload", Reload), Step("addresses", Addresses), Step("registration", Registration),
        ];
        if (Park is not null) parts.Add(Step(of.ParkedOn == Modelling.NetworksModel.Shadow ? "cables-3-shadow" : "cables-3-migration", Park));
        Total = Sum(parts);
        UntilConfirmed = Sum([Total, Tests]);

        Minutes Step(string act, Minutes minutes) => of.Learned(of.Row(act).Row, minutes);
    }

    /// <summary>Of one machine from one network to another.</summary>
    public double MoveSeconds { get; }
    public double PcSeconds { get; }
    public int Machines { get; }
    /// <summary>All machines of one system once.</summary>
    public Minutes OneWay { get; }
    /// <summary>The new machines, and the PC after them.</summary>
    public Minutes WithPc { get; }
    /// <summary>The third move of the cables, with the old system; null where nothing is cabled.</summary>
    public Minutes? Park { get; }
    public Minutes Gate { get; }
    public Minutes Reload { get; }
    /// <summary>The longer one of two: networks learn the new machines, or a machine makes sure that nobody else has its address.</summary>
    public Minutes Addresses { get; }
    /// <summary>Phones in a second.</summary>
    public double Rate { get; }
    public Minutes Registration { get; }
    public Minutes Tests { get; }

    /// <summary>Both parts, as the source measured them: machines and PC.</summary>
    public double MovesSeconds => 2 * Machines * MoveSeconds + PcSeconds;

    /// <summary>What the timeline has of nobody routing.</summary>
    public Minutes Total { get; }

    /// <summary>The outage, and the tests that the new system is let pass.</summary>
    public Minutes UntilConfirmed { get; }

    /// <summary>Until a system that was put back on Production serves its phones again.</summary>
    public double ReturnMinutes => Reload.Usual + Addresses.Usual + Registration.Usual;

    static Minutes Sum(List<Minutes> parts) => new(parts.Sum(static m => m.Min), parts.Sum(static m => m.Usual), parts.Sum(static m => m.Max), Derived: true);

    static Minutes Plus(Minutes minutes, double more) => new(minutes.Min + more, minutes.Usual + more, minutes.Max + more, minutes.Derived);
}
