using Tandem.Upgrade.Modelling;

namespace Tandem.Upgrade.Tests.Rehearsing;

/// <summary>What the rehearsal asks of the model of sides.</summary>
public sealed class ModelTests
{
    [Fact]
    public void A_copy_goes_its_own_way()
    {
        IEstateModel model = IcmNight.Model(hasDefaultPlan: true);
        Assert.Empty(model.NotRedundant);
        IEstateModel copy = model.Copy();
        copy.Apply(new Change("rtr-a", Change.Begin, Runs: false));
        copy.Apply(new Change("pg-1b", Change.Begin, Release: IcmNight.New));

        Assert.Equal(("B", "A"), (copy.Routes, model.Routes));
        Assert.Equal(["central controller"], copy.NotRedundant);
        Assert.Empty(model.NotRedundant);
        Assert.Equal(["sides-differ", "gateway-lag"], copy.Violations.Select(static v => v.Rule));
        Assert.Empty(model.Violations);
        Assert.True(model.Works);
        Assert.False(copy.Works);
    }

    [Fact]
    public void Rules_are_told_in_words_that_name_the_releases()
    {
        IEstateModel model = IcmNight.Model(hasDefaultPlan: true);
        foreach (string node in new[] { "rtr-b", "lgr-b", "hds-1" }) model.Apply(new Change(node, Change.Begin, Runs: false));
        foreach (string node in new[] { "rtr-a", "lgr-a" }) model.Apply(new Change(node, Change.End, Release: "5.0"));

        // The ladder of this model ends at 4.6: a release that is on no rung stands before all of them.
        Assert.Equal(["runs 4.5.2, 3 versions ahead of the central controller's 5.0; 1 allowed", "runs 4.5.2 beside the central controller's 5.0"], model.Violations.Select(static v => v.Says));
        foreach (string node in new[] { "rtr-a", "lgr-a" }) model.Apply(new Change(node, Change.End, Release: IcmNight.New));
        Assert.Equal(["clients-differ aw-1"], model.Violations.Select(static v => $"{v.Rule} {v.Unit}"));
        model.Apply(new Change("lgr-a", Change.End, Release: IcmNight.Old));
        Assert.Equal("runs 4.6.2 and 4.5.2 at once", model.Violations[0].Says);
    }
}
